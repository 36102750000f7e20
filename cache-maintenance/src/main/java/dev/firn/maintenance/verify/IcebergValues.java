package dev.firn.maintenance.verify;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.apache.iceberg.types.Type;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** Parquet's values as Iceberg represents them in bounds and partition tuples. */
final class IcebergValues {
  private IcebergValues() {}

  /** Null if the types do not fit each other, or Iceberg keeps no bounds for them. */
  static @Nullable Object of(PrimitiveType from, Type to, Object value) {
    return switch (to.typeId()) {
      case BOOLEAN -> value instanceof Boolean ? value : null;
      case INTEGER, DATE -> value instanceof Integer ? value : null;
      case LONG -> value instanceof Number n && isWhole(value) ? n.longValue() : null;
      case TIME, TIMESTAMP, TIMESTAMP_NANO ->
          value instanceof Number n && isWhole(value) ? time(from, to, n.longValue()) : null;
      case FLOAT -> value instanceof Float ? value : null;
      case DOUBLE ->
          value instanceof Float || value instanceof Double ? ((Number) value).doubleValue() : null;
      case STRING -> value instanceof Binary text ? text.toStringUsingUTF8() : null;
      case BINARY, FIXED ->
          value instanceof Binary bytes ? ByteBuffer.wrap(bytes.getBytes()) : null;
      case DECIMAL -> decimal(from, value);
      default -> null;
    };
  }

  private static boolean isWhole(Object value) {
    return value instanceof Integer || value instanceof Long;
  }

  private static @Nullable Object time(PrimitiveType from, Type to, long value) {
    LogicalTypeAnnotation annotation = from.getLogicalTypeAnnotation();
    TimeUnit unit;
    if (annotation instanceof TimestampLogicalTypeAnnotation timestamp) {
      unit = timestamp.getUnit();
    } else if (annotation instanceof TimeLogicalTypeAnnotation time) {
      unit = time.getUnit();
    } else {
      return null;
    }
    boolean nanos = to.typeId() == Type.TypeID.TIMESTAMP_NANO;
    return switch (unit) {
      case MILLIS -> Math.multiplyExact(value, nanos ? 1_000_000L : 1_000L);
      case MICROS -> nanos ? Math.multiplyExact(value, 1_000L) : (Object) value;
      case NANOS -> nanos ? (Object) value : null;
    };
  }

  private static @Nullable Object decimal(PrimitiveType from, Object value) {
    if (!(from.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal)) {
      return null;
    }
    BigInteger unscaled =
        value instanceof Binary bytes
            ? new BigInteger(bytes.getBytes())
            : BigInteger.valueOf(((Number) value).longValue());
    return new BigDecimal(unscaled, decimal.getScale());
  }
}
