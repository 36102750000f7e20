/** Which rows go because another row of the same key stays. */
@NullMarked
package dev.firn.maintenance.duplicates;

import org.jspecify.annotations.NullMarked;
