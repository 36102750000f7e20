package dev.firn.core.condition;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dates and times as people write them in a condition, as Iceberg counts them. Empty for what is
 * none, names a zone where the column has none, or is finer than the column.
 */
final class TimeLiterals {
  private static final String CLOCK = "([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?)";
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final Pattern TIME = Pattern.compile(CLOCK);
  private static final Pattern DATE_TIME =
      Pattern.compile(
          "([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]" + CLOCK + " ?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?");

  private TimeLiterals() {}

  /** Days since 1970. */
  static Optional<Integer> days(String text) {
    if (!DATE.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of((int) LocalDate.parse(text).toEpochDay());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  static Optional<Long> microsOfDay(String text) {
    if (!TIME.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      LocalTime time = LocalTime.parse(text);
      return time.getNano() % 1000 == 0 ? Optional.of(time.toNanoOfDay() / 1000) : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /**
   * Microseconds since 1970.
   *
   * @param zoned whether the text may name an offset; without one it is UTC
   */
  static Optional<Long> micros(String text, boolean zoned) {
    return parse(text, zoned)
        .filter(time -> time.getNano() % 1000 == 0)
        .map(time -> time.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + time.getNano() / 1000);
  }

  /** Nanoseconds since 1970, which end in 2262. */
  static Optional<Long> nanos(String text, boolean zoned) {
    try {
      return parse(text, zoned)
          .map(
              time ->
                  Math.addExact(
                      Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), 1_000_000_000L),
                      time.getNano()));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Optional<LocalDateTime> parse(String text, boolean zoned) {
    Matcher matcher = DATE_TIME.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    @Nullable String clock = matcher.group(2);
    @Nullable String offset = matcher.group(3);
    if (offset != null && !zoned) {
      return Optional.empty();
    }
    try {
      LocalDateTime time =
          LocalDate.parse(matcher.group(1))
              .atTime(clock == null ? LocalTime.MIDNIGHT : LocalTime.parse(clock));
      return Optional.of(
          offset == null ? time : time.minusSeconds(ZoneOffset.of(offset).getTotalSeconds()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
