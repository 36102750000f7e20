package dev.firn.cli.text;

/** Numbers with their nouns. */
public final class Counted {

  private Counted() {}

  /** {@code 1 file}, {@code 3,529 files}. */
  public static String of(long count, String noun) {
    return number(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** With a comma every three digits. */
  public static String number(long count) {
    String digits = Long.toString(count);
    int first = count < 0 ? 1 : 0;
    StringBuilder text = new StringBuilder(digits);
    for (int comma = digits.length() - 3; comma > first; comma -= 3) {
      text.insert(comma, ',');
    }
    return text.toString();
  }
}
