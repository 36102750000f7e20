package dev.firn.maintenance.rewrite;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * The one value of a column that an input lacks: the default that its field had when it was added.
 *
 * @param bits the value, if the column is of fixed width
 * @param binary the value, if it is not
 */
record Constant(long bits, Binary binary) {
  /**
   * @param value in Iceberg's own representation
   * @return null if a column of this type cannot hold it
   */
  static @Nullable Constant of(Object value, PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> value instanceof Boolean flag ? bits(flag ? 1 : 0) : null;
      case INT32, INT64 -> integer(value);
      case FLOAT -> value instanceof Float number ? bits(Float.floatToRawIntBits(number)) : null;
      case DOUBLE ->
          value instanceof Double number ? bits(Double.doubleToRawLongBits(number)) : null;
      case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(value, type);
      case INT96 -> null;
    };
  }

  private static @Nullable Constant integer(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return bits(((Number) value).longValue());
    }
    return value instanceof BigDecimal decimal
        ? bits(decimal.unscaledValue().longValueExact())
        : null;
  }

  private static @Nullable Constant bytes(Object value, PrimitiveType type) {
    if (value instanceof CharSequence text) {
      return binary(Binary.fromString(text.toString()));
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return binary(Binary.fromConstantByteArray(bytes));
    }
    if (value instanceof UUID uuid) {
      ByteBuffer bytes = ByteBuffer.allocate(16);
      bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
      return binary(Binary.fromConstantByteArray(bytes.array()));
    }
    if (value instanceof BigDecimal decimal) {
      Binary number = Binary.fromConstantByteArray(decimal.unscaledValue().toByteArray());
      return binary(ValueConversion.fixed(number, type.getTypeLength()));
    }
    return null;
  }

  private static Constant bits(long bits) {
    return new Constant(bits, Binary.EMPTY);
  }

  private static Constant binary(Binary binary) {
    return new Constant(0, binary);
  }
}
