package dev.firn.maintenance.retain;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * When what a row tells of happened: the value of one column of its table, in microseconds since
 * 1970 in UTC.
 *
 * <ul>
 *   <li>A timestamp with zone is an instant; one without is UTC; nanoseconds are rounded down.
 *   <li>A date lasts until the end of its day in UTC.
 *   <li>Text is read as {@link TextTimes} says.
 *   <li>A number is an epoch whose unit its size tells: seconds below 10^11 (the year 5138), then
 *       milliseconds below 10^14, microseconds below 10^17, nanoseconds. Below 10^8 (March 1973 in
 *       seconds) it is no time: a zero that stands for nothing must not pass for very old.
 * </ul>
 *
 * What cannot be read as a time is {@link #NONE}, as null is: such rows have no age and stay.
 *
 * @param column where the time is
 */
record EventTime(Types.NestedField column) {
  /** No time is known. */
  static final long NONE = Long.MIN_VALUE;

  /** Looked for in this order where no column is declared. */
  static final List<String> COLUMNS = List.of("timestamp", "created_at", "recorded_at", "date");

  private static final long MICROS_A_DAY = 86_400_000_000L;
  private static final double LEAST = 1e8;
  private static final double MILLIS = 1e11;
  private static final double MICROS = 1e14;
  private static final double NANOS = 1e17;

  /** Empty if the schema has none of the usual columns with a type that can be a time. */
  static Optional<EventTime> find(Schema schema) {
    return COLUMNS.stream()
        .filter(name -> schema.asStruct().field(name) != null)
        .map(name -> Objects.requireNonNull(schema.asStruct().field(name)))
        .filter(EventTime::canBeTime)
        .findFirst()
        .map(EventTime::new);
  }

  /**
   * @throws RetentionException if the column is not there, or cannot be a time
   */
  static EventTime declared(Schema schema, String name) throws RetentionException {
    Types.@Nullable NestedField field = schema.asStruct().field(name);
    if (field == null) {
      throw new MissingColumnException("timestamp_column", name);
    }
    if (!canBeTime(field)) {
      throw new RetentionException(
          "timestamp_column \"" + name + "\" is of type " + field.type() + ", which is no time");
    }
    return new EventTime(field);
  }

  private static boolean canBeTime(Types.NestedField field) {
    return switch (field.type().typeId()) {
      case TIMESTAMP, TIMESTAMP_NANO, DATE, STRING, INTEGER, LONG, DOUBLE -> true;
      default -> false;
    };
  }

  /** The time of a value in Iceberg's internal form. */
  long micros(@Nullable Object value) {
    if (value == null) {
      return NONE;
    }
    return switch (column.type().typeId()) {
      case TIMESTAMP -> (Long) value;
      case TIMESTAMP_NANO -> Math.floorDiv((Long) value, 1000L);
      case DATE -> endOfDay((Integer) value);
      case STRING -> TextTimes.micros((CharSequence) value);
      case INTEGER, LONG -> epoch(((Number) value).longValue());
      case DOUBLE -> epoch((Double) value);
      default -> throw new AssertionError(column);
    };
  }

  /**
   * True if no value between two others is earlier or later than both, so that bounds of the column
   * bound the times.
   */
  boolean isOrdered(Object lower, Object upper) {
    return switch (column.type().typeId()) {
      case TIMESTAMP, TIMESTAMP_NANO, DATE -> true;
      case INTEGER, LONG, DOUBLE ->
          magnitude(((Number) lower).doubleValue()) > 0
              && magnitude(((Number) lower).doubleValue())
                  == magnitude(((Number) upper).doubleValue());
      default -> false;
    };
  }

  private static int magnitude(double epoch) {
    if (!(epoch >= LEAST)) {
      return 0;
    }
    return epoch < MILLIS ? 1 : epoch < MICROS ? 2 : epoch < NANOS ? 3 : 4;
  }

  private static long epoch(long value) {
    return switch (magnitude(value)) {
      case 1 -> value * 1_000_000;
      case 2 -> value * 1_000;
      case 3 -> value;
      case 4 -> value / 1_000;
      default -> NONE;
    };
  }

  private static long epoch(double value) {
    if (value >= Long.MAX_VALUE) {
      return NONE;
    }
    return switch (magnitude(value)) {
      case 1 -> (long) Math.floor(value * 1_000_000);
      case 2 -> (long) Math.floor(value * 1_000);
      case 3 -> (long) Math.floor(value);
      case 4 -> (long) Math.floor(value / 1_000);
      default -> NONE;
    };
  }

  /** The last microsecond of a day in UTC. */
  static long endOfDay(long epochDay) {
    return Math.addExact(Math.multiplyExact(epochDay, MICROS_A_DAY), MICROS_A_DAY - 1);
  }

  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }
}
