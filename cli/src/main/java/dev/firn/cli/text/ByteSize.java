package dev.firn.cli.text;

import java.util.Locale;

/** A number of bytes for people, in powers of 1000: {@code 0 B}, {@code 9.1 KB}, {@code 91 KB}. */
public final class ByteSize {
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};

  private ByteSize() {}

  /** Two or three digits and a unit; one decimal under 10, none for plain bytes. */
  public static String format(long bytes) {
    double value = bytes;
    int unit = 0;
    // 999.5 would round to "1000": it belongs to the next unit.
    while (Math.abs(value) >= (unit == 0 ? 1000 : 999.5) && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    boolean decimal = unit > 0 && Math.abs(value) < 9.95;
    return String.format(Locale.ROOT, decimal ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }
}
