/** Damaged data files that were left out of a table, and what is known of each. */
@NullMarked
package dev.firn.maintenance.quarantine;

import org.jspecify.annotations.NullMarked;
