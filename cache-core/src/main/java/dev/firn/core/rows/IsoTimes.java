package dev.firn.core.rows;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * ISO-8601 texts as Iceberg counts time; null for what is none or does not fit.
 *
 * <p>Only the extended form, complete to the second: {@code 2026-01-01T00:00:00}, with up to nine
 * digits of a second after a point, followed where a zone is wanted by {@code Z} or {@code +01:00}.
 * Years have four digits. A fraction that is finer than the column does not fit.
 */
final class IsoTimes {
  private static final int SECONDS_END = 19;
  private static final int DATE_LENGTH = 10;
  private static final int OFFSET_LENGTH = 6;
  private static final int LONGEST = SECONDS_END + 10 + OFFSET_LENGTH;
  private static final String SHAPE = "0000-00-00T00:00:00";

  private IsoTimes() {}

  /** Microseconds since 1970 of a date-time, which must (or must not) tell its offset. */
  static @Nullable Long micros(String text, boolean zoned) {
    LocalDateTime time = parse(text, zoned);
    return time == null || time.getNano() % 1000 != 0
        ? null
        : Long.valueOf(
            TimeUnit.SECONDS.toMicros(time.toEpochSecond(ZoneOffset.UTC)) + time.getNano() / 1000);
  }

  /** Nanoseconds since 1970; these end in the year 2262. */
  static @Nullable Long nanos(String text, boolean zoned) {
    LocalDateTime time = parse(text, zoned);
    if (time == null) {
      return null;
    }
    try {
      return Math.addExact(
          Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), 1_000_000_000L), time.getNano());
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** Days since 1970. */
  static @Nullable Integer days(String text) {
    if (text.length() != DATE_LENGTH || !matchesShape(text, DATE_LENGTH)) {
      return null;
    }
    try {
      return (int) date(text).toEpochDay();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Microseconds of the day. */
  static @Nullable Long microsOfDay(String text) {
    try {
      LocalTime time = LocalTime.parse(text);
      return time.getNano() % 1000 != 0 ? null : Long.valueOf(time.toNanoOfDay() / 1000);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The time in UTC. Strict and without exceptions for most texts: each text is tried. */
  private static @Nullable LocalDateTime parse(String text, boolean zoned) {
    int length = text.length();
    if (length < SECONDS_END || length > LONGEST || !matchesShape(text, SECONDS_END)) {
      return null;
    }
    int position = SECONDS_END;
    int nanos = 0;
    if (position < length && text.charAt(position) == '.') {
      int start = ++position;
      while (position < length && position - start < 9 && isDigit(text.charAt(position))) {
        nanos = nanos * 10 + text.charAt(position++) - '0';
      }
      if (position == start) {
        return null;
      }
      for (int digits = position - start; digits < 9; digits++) {
        nanos *= 10;
      }
    }
    Integer offset = zoned ? offsetSeconds(text, position) : position == length ? 0 : null;
    if (offset == null) {
      return null;
    }
    try {
      return LocalDateTime.of(
              date(text), LocalTime.of(number(text, 11), number(text, 14), number(text, 17), nanos))
          .minusSeconds(offset);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Integer offsetSeconds(String text, int position) {
    int length = text.length() - position;
    if (length == 1 && text.charAt(position) == 'Z') {
      return 0;
    }
    if (length != OFFSET_LENGTH
        || text.charAt(position + 3) != ':'
        || !isDigit(text.charAt(position + 1))
        || !isDigit(text.charAt(position + 2))
        || !isDigit(text.charAt(position + 4))
        || !isDigit(text.charAt(position + 5))) {
      return null;
    }
    int hours = number(text, position + 1);
    int minutes = number(text, position + 4);
    if (hours > 18 || minutes > 59 || hours * 60 + minutes > 18 * 60) {
      return null;
    }
    int seconds = (hours * 60 + minutes) * 60;
    return switch (text.charAt(position)) {
      case '+' -> seconds;
      case '-' -> -seconds;
      default -> null;
    };
  }

  private static boolean matchesShape(String text, int length) {
    for (int i = 0; i < length; i++) {
      char shape = SHAPE.charAt(i);
      char c = text.charAt(i);
      if (shape == '0' ? !isDigit(c) : c != shape) {
        return false;
      }
    }
    return true;
  }

  private static LocalDate date(String text) {
    return LocalDate.of(number(text, 0) * 100 + number(text, 2), number(text, 5), number(text, 8));
  }

  /** The two digits at {@code position}. */
  private static int number(String text, int position) {
    return (text.charAt(position) - '0') * 10 + text.charAt(position + 1) - '0';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
