/** A consistent copy of a cache. */
@NullMarked
package dev.firn.maintenance.backup;

import org.jspecify.annotations.NullMarked;
