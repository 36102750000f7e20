/** Partitions in which nothing is unusual, read without Iceberg; whatever else is left to it. */
@NullMarked
package dev.firn.core.plain;

import org.jspecify.annotations.NullMarked;
