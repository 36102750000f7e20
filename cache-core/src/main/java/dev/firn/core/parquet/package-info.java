/** How Firn writes Parquet: files, pages, and chunks of values that repeat. */
@NullMarked
package dev.firn.core.parquet;

import org.jspecify.annotations.NullMarked;
