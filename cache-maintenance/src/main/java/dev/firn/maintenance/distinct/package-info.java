/** Distinct counts: sketches of columns, of one data file and of a table. */
@NullMarked
package dev.firn.maintenance.distinct;

import org.jspecify.annotations.NullMarked;
