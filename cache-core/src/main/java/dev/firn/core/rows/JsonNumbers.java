package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * JSON numbers as numbers of a fixed width, or not at all: nothing is rounded that can be told.
 *
 * <p>A whole number is whole however it is spelt, {@code 3}, {@code 3.0} or {@code 3e0}.
 *
 * <p>A number spelt with digits alone fits a double only exactly: 2^53 + 1 is no double. One with a
 * point or an exponent fits if the nearest double, rounded to the number's own digits, is that
 * number again; with more digits than any double is printed with (17) only if it is one exactly. So
 * {@code 0.1} and {@code 0.10000000000000001} fit, {@code 0.12345678901234567} does not. The same
 * for floats, with nine digits. What has more than {@value #MAX_DIGITS} digits fits nothing.
 */
final class JsonNumbers {
  /** No double has more; stripping the zeros of ten thousand digits takes too long to be tried. */
  private static final int MAX_DIGITS = 800;

  /** No long has more digits. */
  private static final int LONG_DIGITS = 19;

  /** Every decimal of so many digits survives a double. */
  private static final int SAFE_DOUBLE_DIGITS = 15;

  private static final int DOUBLE_DIGITS = 17;
  private static final int SAFE_FLOAT_DIGITS = 6;
  private static final int FLOAT_DIGITS = 9;

  private JsonNumbers() {}

  static @Nullable Integer asInt(JsonNode node) {
    Long value = asLong(node);
    return value != null && value == value.intValue() ? Integer.valueOf(value.intValue()) : null;
  }

  static @Nullable Long asLong(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.canConvertToLong() ? node.longValue() : null;
    }
    if (!node.isNumber()) {
      return null;
    }
    BigDecimal value = node.decimalValue();
    if (value.signum() == 0) {
      return 0L;
    }
    // Checked first: 1e999999999 must not be written out.
    if (value.precision() > MAX_DIGITS || (long) value.precision() - value.scale() > LONG_DIGITS) {
      return null;
    }
    BigDecimal stripped = value.stripTrailingZeros();
    if (stripped.scale() > 0) {
      return null;
    }
    try {
      return stripped.longValueExact();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  static @Nullable Double asDouble(JsonNode node) {
    if (!node.isNumber()) {
      return null;
    }
    if (node.isDouble()) {
      return node.doubleValue(); // of a program: from JSON comes none, a fraction is a decimal
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      long whole = node.longValue();
      double value = whole;
      return value < 0x1p63 && (long) value == whole ? value : null;
    }
    BigDecimal exact = node.decimalValue();
    if (exact.precision() > MAX_DIGITS) {
      return null;
    }
    double value = exact.doubleValue();
    if (Double.isInfinite(value) || (value == 0 && exact.signum() != 0)) {
      return null;
    }
    if (node.isIntegralNumber()) {
      return new BigDecimal(value).compareTo(exact) == 0 ? value : null;
    }
    boolean safe = exact.precision() <= SAFE_DOUBLE_DIGITS && Math.abs(value) >= Double.MIN_NORMAL;
    return safe || value == 0 || survives(exact, new BigDecimal(value), DOUBLE_DIGITS)
        ? value
        : null;
  }

  static @Nullable Float asFloat(JsonNode node) {
    if (!node.isNumber()) {
      return null;
    }
    BigDecimal exact = node.decimalValue();
    if (exact.precision() > MAX_DIGITS) {
      return null;
    }
    float value = exact.floatValue();
    if (Float.isInfinite(value) || (value == 0 && exact.signum() != 0)) {
      return null;
    }
    if (node.isIntegralNumber()) {
      return new BigDecimal(value).compareTo(exact) == 0 ? value : null;
    }
    boolean safe = exact.precision() <= SAFE_FLOAT_DIGITS && Math.abs(value) >= Float.MIN_NORMAL;
    return safe || value == 0 || survives(exact, new BigDecimal(value), FLOAT_DIGITS)
        ? value
        : null;
  }

  private static boolean survives(BigDecimal exact, BigDecimal nearest, int digits) {
    BigDecimal stripped = exact.stripTrailingZeros();
    if (stripped.precision() > digits) {
      return nearest.compareTo(stripped) == 0;
    }
    return nearest
            .round(new MathContext(stripped.precision(), RoundingMode.HALF_EVEN))
            .compareTo(stripped)
        == 0;
  }

  /** The number with exactly {@code scale} digits after the point and no more than fit. */
  static @Nullable BigDecimal asDecimal(JsonNode node, int precision, int scale) {
    if (!node.isNumber()) {
      return null;
    }
    BigDecimal value = node.decimalValue();
    if (value.signum() == 0) {
      return BigDecimal.ZERO.setScale(scale);
    }
    if (value.precision() > MAX_DIGITS
        || (long) value.precision() - value.scale() > (long) precision - scale) {
      return null;
    }
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() > scale ? null : stripped.setScale(scale);
  }
}
