package dev.firn.core.layout;

import java.util.Optional;

/**
 * The name of a generation's directory: {@code table}, {@code table-<n>} or {@code epoch=<n>}, and
 * nothing that merely looks like one ({@code table-7.bak}, {@code tables}, {@code table-07}).
 *
 * @param number rises from one generation to the next and is never used twice; 0 for {@code table}
 */
public record GenerationName(Layout layout, long number) {
  /** The highest number: 18 digits. */
  public static final long MAX_NUMBER = 999_999_999_999_999_999L;

  private static final String TABLE = "table";
  private static final String EPOCH = "epoch=";

  public GenerationName {
    if (number < 0 || number > MAX_NUMBER) {
      throw new IllegalArgumentException("number must be from 0 to " + MAX_NUMBER + ": " + number);
    }
  }

  public static Optional<GenerationName> parse(String name) {
    if (name.equals(TABLE)) {
      return Optional.of(new GenerationName(Layout.SOURCE_TABLE, 0));
    }
    if (name.startsWith(TABLE + "-")) {
      return parseNumber(name.substring(TABLE.length() + 1))
          .filter(number -> number > 0)
          .map(number -> new GenerationName(Layout.SOURCE_TABLE, number));
    }
    if (name.startsWith(EPOCH)) {
      return parseNumber(name.substring(EPOCH.length()))
          .map(number -> new GenerationName(Layout.EPOCH, number));
    }
    return Optional.empty();
  }

  /** Inverse of {@link #parse}. */
  public String format() {
    return switch (layout) {
      case SOURCE_TABLE -> number == 0 ? TABLE : TABLE + "-" + number;
      case EPOCH -> EPOCH + number;
    };
  }

  private static Optional<Long> parseNumber(String digits) {
    boolean plain =
        !digits.isEmpty()
            && digits.length() <= 18
            && holdsDigitsAlone(digits)
            && (digits.length() == 1 || digits.charAt(0) != '0');
    return plain ? Optional.of(Long.parseLong(digits)) : Optional.empty();
  }

  private static boolean holdsDigitsAlone(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return format();
  }
}
