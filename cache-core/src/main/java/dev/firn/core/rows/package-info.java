/**
 * Rows from JSON: what an exchange means, the schema that it needs, and the one Parquet file that
 * it becomes.
 */
@NullMarked
package dev.firn.core.rows;

import org.jspecify.annotations.NullMarked;
