/** One generation: an Iceberg table in one directory, wherever that directory is now. */
@NullMarked
package dev.firn.core.generation;

import org.jspecify.annotations.NullMarked;
