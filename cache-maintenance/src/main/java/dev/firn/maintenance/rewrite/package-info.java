/**
 * Turns many small Parquet files into few large ones, column by column on Parquet's own triplets,
 * and proves that nothing was lost on the way.
 */
@NullMarked
package dev.firn.maintenance.rewrite;

import org.jspecify.annotations.NullMarked;
