package dev.firn.smoke.shape;

import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A column of a shape.
 *
 * @param values what it holds
 */
record FieldColumn(String name, Type type, boolean required, Values values) {

  /** The values of a column, asked for row after row. */
  @FunctionalInterface
  interface Values {
    /**
     * A {@code byte[]}, {@code Integer}, {@code Long}, {@code Double} or {@code Boolean}, as the
     * type wants it, or null. The same instance again where the value repeats.
     */
    @Nullable Object at(FieldExchange exchange, int row);
  }
}
