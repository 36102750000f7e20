package dev.firn.core.layout;

import java.util.UUID;

/**
 * The name of a data file that came into a generation through a swap: written by a rewrite, or
 * carried over as it was. Never a {@link LandedName}, so that nobody takes it for unpublished.
 *
 * <p>Through any number of swaps the name keeps saying who wrote the file, and so who computed its
 * statistics: a rewrite, an append, or another program.
 */
public final class SettledName {
  private static final String REWRITTEN = "rewritten-";
  private static final String APPENDED = "appended-";
  private static final String CARRIED = "carried-";
  private static final String SUFFIX = ".parquet";

  private SettledName() {}

  /** A new name for the output of a rewrite. */
  public static String rewritten() {
    return REWRITTEN + UUID.randomUUID() + SUFFIX;
  }

  /**
   * A new name for a file that goes over as it is.
   *
   * @param fileName its name until now
   */
  public static String carried(String fileName) {
    String writer =
        isRewritten(fileName) ? REWRITTEN : isWrittenByFirn(fileName) ? APPENDED : CARRIED;
    return writer + UUID.randomUUID() + SUFFIX;
  }

  public static boolean matches(String fileName) {
    return fileName.endsWith(SUFFIX)
        && (fileName.startsWith(REWRITTEN)
            || fileName.startsWith(APPENDED)
            || fileName.startsWith(CARRIED));
  }

  /** True if a rewrite wrote the file, whatever swaps it went through since. */
  public static boolean isRewritten(String fileName) {
    return fileName.startsWith(REWRITTEN) && fileName.endsWith(SUFFIX);
  }

  /** True if an append or a rewrite of Firn wrote the file, landed or settled. */
  public static boolean isWrittenByFirn(String fileName) {
    return isRewritten(fileName)
        || (fileName.startsWith(APPENDED) && fileName.endsWith(SUFFIX))
        || LandedName.parse(fileName).isPresent();
  }
}
