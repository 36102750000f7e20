package dev.firn.cli.text;

import java.util.Locale;

/** A number of bytes for people, in powers of 1000: {@code 0 B}, {@code 9.1 KB}, {@code 91 KB}. */
public final class ByteSize {
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};

  /** Under this no sum of what is computed overflows. */
  private static final long BY_HAND = 1_000_000_000_000_000L;

  private ByteSize() {}

  /** Two or three digits and a unit; one decimal under 10, none for plain bytes. */
  public static String format(long bytes) {
    return bytes >= 0 && bytes < BY_HAND ? formatByHand(bytes) : formatAny(bytes);
  }

  /** The same in whole numbers: what formats any number takes longer to load than a status. */
  private static String formatByHand(long bytes) {
    long unit = 1;
    int name = 0;
    while (name == 0 ? bytes >= 1000 : bytes * 2 >= 1999 * unit) {
      unit *= 1000;
      name++;
    }
    if (name > 0 && bytes * 100 < 995 * unit) {
      long tenths = (bytes * 10 + unit / 2) / unit;
      return tenths / 10 + "." + tenths % 10 + " " + UNITS[name];
    }
    return (bytes + unit / 2) / unit + " " + UNITS[name];
  }

  private static String formatAny(long bytes) {
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
