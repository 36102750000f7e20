package dev.firn.core.layout;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a data file that an append landed: {@code <number>-<writer>.parquet}. Files that come
 * into a generation in any other way are named otherwise.
 *
 * @param number its place in the generation's one sequence, from 1
 * @param writer 16 hexadecimal digits
 */
public record LandedName(long number, String writer) {
  private static final Pattern FORM =
      Pattern.compile("([1-9][0-9]{0,17})-([0-9a-f]{16})\\.parquet");

  public static Optional<LandedName> parse(String fileName) {
    Matcher matcher = FORM.matcher(fileName);
    return matcher.matches()
        ? Optional.of(new LandedName(Long.parseLong(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  /** Inverse of {@link #parse}. */
  public String format() {
    return number + "-" + writer + ".parquet";
  }
}
