/** Removing rows for good, and proving that they are gone. */
@NullMarked
package dev.firn.maintenance.purge;

import org.jspecify.annotations.NullMarked;
