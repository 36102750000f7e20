package dev.firn.core.layout;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a data file that an append landed: {@code <number>-<writer>.parquet}. Files that come
 * into a generation in any other way are named otherwise.
 *
 * @param number its place in the generation's one sequence, from 1
 * @param writer 16 hexadecimal digits. The last of them is odd where an exchange in the file has an
 *     id that its caller gave: only the footers of such files are of interest to a retry
 */
public record LandedName(long number, String writer) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORM =
      Pattern.compile("([1-9][0-9]{0,17})-([0-9a-f]{16})\\.parquet");

  public static Optional<LandedName> parse(String fileName) {
    Matcher matcher = FORM.matcher(fileName);
    return matcher.matches()
        ? Optional.of(new LandedName(Long.parseLong(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  /** A writer that no other one has, for files with given ids or without any. */
  public static String newWriter(boolean givenIds) {
    byte[] id = new byte[8];
    RANDOM.nextBytes(id);
    id[7] = (byte) (givenIds ? id[7] | 1 : id[7] & ~1);
    return HexFormat.of().formatHex(id);
  }

  /** True if exchanges in the file may have ids that their callers gave. */
  public boolean mayHaveGivenIds() {
    return Character.digit(writer.charAt(writer.length() - 1), 16) % 2 == 1;
  }

  /** Inverse of {@link #parse}. */
  public String format() {
    return number + "-" + writer + ".parquet";
  }
}
