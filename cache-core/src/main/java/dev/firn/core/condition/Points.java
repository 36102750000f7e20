package dev.firn.core.condition;

import dev.firn.core.condition.Syntax.Column;
import dev.firn.core.condition.Syntax.Literal;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Makes literals comparable with columns, by the rules of DuckDB: a number without exponent and of
 * at most 38 digits is exact, any other a double; beside a column of floating point an exact number
 * becomes one of the column's type; NaN is greater than all numbers and equal to itself; texts
 * compare by their code points.
 */
final class Points {
  private static final int MAX_EXACT_DIGITS = 38;
  private static final Pattern UUID_FORM =
      Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final String text;

  /**
   * @param text the whole condition, for messages
   */
  Points(String text) {
    this.text = text;
  }

  /**
   * @throws InvalidConditionException if the column cannot be compared, or not with this
   */
  Point of(Column column, Type type, Literal literal) {
    switch (type.typeId()) {
      case BOOLEAN -> {
        if (literal instanceof Syntax.Flag flag) {
          return value -> Boolean.compare((Boolean) value, flag.value());
        }
      }
      case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL -> {
        if (literal instanceof Syntax.Number number) {
          return number(type, number);
        }
      }
      case STRING -> {
        if (literal instanceof Syntax.Text chars) {
          return value -> compare((CharSequence) value, chars.value());
        }
      }
      case UUID -> {
        if (literal instanceof Syntax.Text chars) {
          return uuid(column, chars);
        }
      }
      case DATE -> {
        if (literal instanceof Syntax.Text chars) {
          int days = TimeLiterals.days(chars.value()).orElseThrow(() -> form(column, type, chars));
          return value -> Integer.compare((Integer) value, days);
        }
      }
      case TIME, TIMESTAMP, TIMESTAMP_NANO -> {
        if (literal instanceof Syntax.Text chars) {
          long units = units(column, type, chars);
          return value -> Long.compare((Long) value, units);
        }
      }
      default -> throw notComparable(column, type);
    }
    throw new InvalidConditionException(
        text,
        literal.position(),
        "column \""
            + column.name()
            + "\" is of type "
            + type
            + " and is compared with "
            + expected(type)
            + ", found "
            + literal.shown());
  }

  /** For a column of which only can be asked whether it is null. */
  InvalidConditionException notComparable(Column column, Type type) {
    return new InvalidConditionException(
        text,
        column.position(),
        "column \""
            + column.name()
            + "\" is of type "
            + type.typeId().name().toLowerCase(Locale.ROOT)
            + ", which can only be asked IS NULL or IS NOT NULL");
  }

  static boolean isComparable(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN, INTEGER, LONG, FLOAT, DOUBLE, DECIMAL, STRING, UUID, DATE, TIME, TIMESTAMP ->
          true;
      case TIMESTAMP_NANO -> true;
      default -> false;
    };
  }

  private Point number(Type type, Syntax.Number number) {
    double approximate = Double.parseDouble(number.digits());
    if (Double.isInfinite(approximate)) {
      throw new InvalidConditionException(
          text, number.position(), "this number is larger than any double");
    }
    boolean exact =
        number.digits().indexOf('e') < 0
            && number.digits().indexOf('E') < 0
            && number.digits().chars().filter(Character::isDigit).count() <= MAX_EXACT_DIGITS;
    if (type.typeId() == Type.TypeID.FLOAT && exact) {
      float single = Float.parseFloat(number.digits());
      return value -> compare((Float) value, single);
    }
    if (!exact || type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE) {
      return value -> compare(((Number) value).doubleValue(), approximate);
    }
    BigDecimal decimal = new BigDecimal(number.digits());
    if (type.typeId() == Type.TypeID.DECIMAL) {
      return value -> ((BigDecimal) value).compareTo(decimal);
    }
    if (isLong(decimal)) {
      long whole = decimal.longValueExact();
      return value -> Long.compare(((Number) value).longValue(), whole);
    }
    return value -> BigDecimal.valueOf(((Number) value).longValue()).compareTo(decimal);
  }

  private static boolean isLong(BigDecimal decimal) {
    return decimal.stripTrailingZeros().scale() <= 0
        && decimal.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
  }

  /** Zeros are equal; NaN is the greatest, as {@link Double#compare} has it. */
  private static int compare(double a, double b) {
    return a == b ? 0 : Double.compare(a, b);
  }

  static int compare(CharSequence a, CharSequence b) {
    return Comparators.charSequences().compare(a, b);
  }

  private Point uuid(Column column, Syntax.Text literal) {
    if (!UUID_FORM.matcher(literal.value()).matches()) {
      throw form(column, Types.UUIDType.get(), literal);
    }
    UUID uuid = UUID.fromString(literal.value());
    return value -> {
      UUID other = (UUID) value;
      int high =
          Long.compareUnsigned(other.getMostSignificantBits(), uuid.getMostSignificantBits());
      return high != 0
          ? high
          : Long.compareUnsigned(other.getLeastSignificantBits(), uuid.getLeastSignificantBits());
    };
  }

  private long units(Column column, Type type, Syntax.Text literal) {
    return (type.typeId() == Type.TypeID.TIME
            ? TimeLiterals.microsOfDay(literal.value())
            : type.typeId() == Type.TypeID.TIMESTAMP_NANO
                ? TimeLiterals.nanos(
                    literal.value(), ((Types.TimestampNanoType) type).shouldAdjustToUTC())
                : TimeLiterals.micros(
                    literal.value(), ((Types.TimestampType) type).shouldAdjustToUTC()))
        .orElseThrow(() -> form(column, type, literal));
  }

  private InvalidConditionException form(Column column, Type type, Literal literal) {
    return new InvalidConditionException(
        text,
        literal.position(),
        "column \""
            + column.name()
            + "\" is of type "
            + type
            + " and expects "
            + expected(type)
            + ", found "
            + literal.shown());
  }

  private static String expected(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> "TRUE or FALSE";
      case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL -> "a number";
      case STRING -> "a text";
      case UUID -> "a UUID as text";
      case DATE -> "a date like '2026-01-31'";
      case TIME -> "a time like '12:30:00'";
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? "a time like '2026-01-31', '2026-01-31 12:30:00.000001' (in UTC) or"
                  + " '2026-01-31T12:30:00+01:00'"
              : "a time without zone like '2026-01-31' or '2026-01-31 12:30:00.000001'";
      case TIMESTAMP_NANO -> "a time like '2026-01-31 12:30:00.000000001' before 2262";
      default -> throw new AssertionError(type);
    };
  }
}
