package dev.firn.cli.text;

import java.util.Locale;

/** Numbers with their nouns. */
public final class Counted {

  private Counted() {}

  /** {@code 1 file}, {@code 3,529 files}. */
  public static String of(long count, String noun) {
    return number(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** With a comma every three digits. */
  public static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
