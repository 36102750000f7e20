package dev.firn.maintenance.retain;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Times that are written as text: ISO 8601 with {@code T} or a blank, any number of digits of a
 * second, {@code Z} or an offset, or no zone, which is UTC; or a day, which lasts until its end.
 */
final class TextTimes {
  private static final int DAY = "2026-01-31".length();

  private TextTimes() {}

  /** Microseconds since 1970, or {@link EventTime#NONE}. */
  static long micros(CharSequence value) {
    String text = value.toString().strip();
    try {
      if (text.length() < DAY || text.length() > 40) {
        return EventTime.NONE;
      }
      if (text.length() == DAY) {
        return EventTime.endOfDay(LocalDate.parse(text).toEpochDay());
      }
      char between = text.charAt(DAY);
      if (between == ' ' || between == 't') {
        text = text.substring(0, DAY) + 'T' + text.substring(DAY + 1).stripLeading();
      }
      return EventTime.micros(instant(text));
    } catch (DateTimeException | ArithmeticException e) {
      return EventTime.NONE;
    }
  }

  private static Instant instant(String text) {
    String time = text.substring(DAY);
    if (time.endsWith("Z") || time.endsWith("z")) {
      return LocalDateTime.parse(text.substring(0, text.length() - 1)).toInstant(ZoneOffset.UTC);
    }
    int sign = Math.max(time.lastIndexOf('+'), time.lastIndexOf('-'));
    if (sign < 0) {
      return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }
    String offset = time.substring(sign);
    if (offset.length() == "+0100".length() && offset.indexOf(':') < 0) {
      offset = offset.substring(0, 3) + ':' + offset.substring(3);
    }
    String local = text.substring(0, DAY) + time.substring(0, sign).stripTrailing();
    return OffsetDateTime.of(LocalDateTime.parse(local), ZoneOffset.of(offset)).toInstant();
  }
}
