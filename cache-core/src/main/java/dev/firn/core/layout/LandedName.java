package dev.firn.core.layout;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The name of a data file that an append landed: {@code <number>-<writer>.parquet}. Files that come
 * into a generation in any other way are named otherwise.
 *
 * @param number its place in the generation's one sequence, from 1
 * @param writer 16 hexadecimal digits. The last of them is odd where an exchange in the file has an
 *     id that its caller gave: only the footers of such files are of interest to a retry
 */
public record LandedName(long number, String writer) {
  private static final String ENDING = ".parquet";
  private static final int MAX_DIGITS = 18;
  private static final int WRITER_DIGITS = 16;

  /** Made for whoever writes: readers only parse, and it takes a while to seed. */
  private static final class Random {
    static final SecureRandom SOURCE = new SecureRandom();
  }

  /** By hand: it is asked of every name in directories of many thousands. */
  public static Optional<LandedName> parse(String fileName) {
    int digits = fileName.length() - ENDING.length() - WRITER_DIGITS - 1;
    if (digits < 1
        || digits > MAX_DIGITS
        || fileName.charAt(0) == '0'
        || fileName.charAt(digits) != '-'
        || !fileName.endsWith(ENDING)) {
      return Optional.empty();
    }
    long number = 0;
    for (int i = 0; i < digits; i++) {
      char c = fileName.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      number = number * 10 + (c - '0');
    }
    int end = digits + 1 + WRITER_DIGITS;
    for (int i = digits + 1; i < end; i++) {
      char c = fileName.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return Optional.empty();
      }
    }
    return Optional.of(new LandedName(number, fileName.substring(digits + 1, end)));
  }

  /** A writer that no other one has, for files with given ids or without any. */
  public static String newWriter(boolean givenIds) {
    byte[] id = new byte[8];
    Random.SOURCE.nextBytes(id);
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
