/** Removing a dataset as a whole. */
@NullMarked
package dev.firn.maintenance.drop;

import org.jspecify.annotations.NullMarked;
