package dev.firn.maintenance.rewrite;

import java.util.Arrays;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * How a value of an input column becomes a value of an output column. Only widenings that keep the
 * value: int to long, float to double, decimals of the same scale to a precision at least as large.
 *
 * <p>Values of fixed width travel as 64 bits, integers with their sign extended, so that int to
 * long takes no conversion at all.
 */
enum ValueConversion {
  NONE,
  FLOAT_TO_DOUBLE,
  /** A decimal from an integer to big-endian bytes of the output's length. */
  BITS_TO_FIXED,
  /** A decimal from big-endian bytes to bytes of the output's length. */
  BINARY_TO_FIXED,
  /** A decimal from big-endian bytes to an integer. */
  BINARY_TO_BITS;

  /** The conversion from {@code in} to {@code out}, or null if there is none. */
  static @Nullable ValueConversion between(PrimitiveType in, PrimitiveType out) {
    if (out.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation target) {
      return in.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation source
              && source.getScale() == target.getScale()
              && source.getPrecision() <= target.getPrecision()
          ? betweenDecimals(in, out)
          : null;
    }
    PrimitiveTypeName from = in.getPrimitiveTypeName();
    PrimitiveTypeName to = out.getPrimitiveTypeName();
    if (from == to) {
      boolean sameLength =
          to != PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY || in.getTypeLength() == out.getTypeLength();
      return sameLength
              && meansTheSame(in.getLogicalTypeAnnotation(), out.getLogicalTypeAnnotation())
          ? NONE
          : null;
    }
    if (out.getLogicalTypeAnnotation() != null || !isPlainNumber(in.getLogicalTypeAnnotation())) {
      return null;
    }
    if (from == PrimitiveTypeName.INT32 && to == PrimitiveTypeName.INT64) {
      return NONE;
    }
    return from == PrimitiveTypeName.FLOAT && to == PrimitiveTypeName.DOUBLE
        ? FLOAT_TO_DOUBLE
        : null;
  }

  private static @Nullable ValueConversion betweenDecimals(PrimitiveType in, PrimitiveType out) {
    boolean fromBits = isInteger(in);
    if (isInteger(out)) {
      boolean narrows =
          in.getPrimitiveTypeName() == PrimitiveTypeName.INT64
              && out.getPrimitiveTypeName() == PrimitiveTypeName.INT32;
      return narrows ? null : fromBits ? NONE : BINARY_TO_BITS;
    }
    if (out.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY) {
      boolean same =
          in.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
              && in.getTypeLength() == out.getTypeLength();
      return same ? NONE : fromBits ? BITS_TO_FIXED : BINARY_TO_FIXED;
    }
    return in.getPrimitiveTypeName() == out.getPrimitiveTypeName() ? NONE : null;
  }

  private static boolean isInteger(PrimitiveType type) {
    return type.getPrimitiveTypeName() == PrimitiveTypeName.INT32
        || type.getPrimitiveTypeName() == PrimitiveTypeName.INT64;
  }

  /** Whether bytes under one annotation are the same value under the other. */
  private static boolean meansTheSame(
      @Nullable LogicalTypeAnnotation in, @Nullable LogicalTypeAnnotation out) {
    if (in == null) {
      return out == null
          || out instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
          || out instanceof LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
    }
    if (in.equals(out)) {
      return true;
    }
    boolean text =
        in instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
            || in instanceof LogicalTypeAnnotation.EnumLogicalTypeAnnotation
            || in instanceof LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
    if (out == null) {
      return isPlainNumber(in)
          || text
          // Parquet's writer would declare an interval as a column of nulls.
          || in instanceof LogicalTypeAnnotation.IntervalLogicalTypeAnnotation
          || in instanceof LogicalTypeAnnotation.BsonLogicalTypeAnnotation
          || in instanceof LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
    }
    return text && out instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
  }

  /** Signed integers, and unsigned ones that their physical type holds without a sign. */
  private static boolean isPlainNumber(@Nullable LogicalTypeAnnotation annotation) {
    return annotation == null
        || (annotation instanceof IntLogicalTypeAnnotation number
            && (number.isSigned() || number.getBitWidth() < 32));
  }

  /** {@code bits} as a big-endian two's complement number of {@code length} bytes. */
  static Binary fixed(long bits, int length) {
    byte[] bytes = new byte[length];
    for (int i = length - 1, shift = 0; i >= 0; i--, shift += 8) {
      bytes[i] = (byte) (bits >> Math.min(shift, 63));
    }
    return Binary.fromConstantByteArray(bytes);
  }

  /**
   * A big-endian two's complement number brought to {@code length} bytes.
   *
   * @throws ArithmeticException if it does not fit
   */
  static Binary fixed(Binary number, int length) {
    byte[] from = number.getBytes();
    byte[] to = new byte[length];
    int surplus = from.length - length;
    byte sign = (byte) (from.length > 0 && from[0] < 0 ? -1 : 0);
    if (surplus <= 0) {
      Arrays.fill(to, 0, -surplus, sign);
      System.arraycopy(from, 0, to, -surplus, from.length);
      return Binary.fromConstantByteArray(to);
    }
    System.arraycopy(from, surplus, to, 0, length);
    for (int i = 0; i < surplus; i++) {
      if (from[i] != sign || (length > 0 && (to[0] < 0) != (sign < 0))) {
        throw new ArithmeticException("Decimal of " + from.length + " bytes exceeds " + length);
      }
    }
    return Binary.fromConstantByteArray(to);
  }

  /**
   * A big-endian two's complement number as a {@code long}.
   *
   * @throws ArithmeticException if it does not fit into {@code length} bytes
   */
  static long bits(Binary number, int length) {
    byte[] bytes = fixed(number, length).getBytesUnsafe();
    long bits = bytes[0];
    for (int i = 1; i < bytes.length; i++) {
      bits = (bits << 8) | (bytes[i] & 0xff);
    }
    return bits;
  }
}
