package dev.firn.core.layout;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * When a generation was superseded, as it stands in the cursor and in {@code .retired}: ISO, UTC,
 * always with three digits of milliseconds, as programs of the field write it. A reader takes any
 * number of digits, with {@link Instant#parse}.
 */
public final class SwapTime {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private SwapTime() {}

  /** Rounded down to the millisecond, so that of two times the later one is never the earlier. */
  public static String format(Instant time) {
    return FORMAT.format(time);
  }
}
