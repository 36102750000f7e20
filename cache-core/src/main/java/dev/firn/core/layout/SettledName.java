package dev.firn.core.layout;

import java.util.UUID;

/**
 * The name of a data file that came into a generation through a swap: written by a rewrite, or
 * carried over as it was. Never a {@link LandedName}, so that nobody takes it for unpublished.
 */
public final class SettledName {
  private static final String REWRITTEN = "rewritten-";
  private static final String CARRIED = "carried-";
  private static final String SUFFIX = ".parquet";

  private SettledName() {}

  /** A new name for the output of a rewrite. */
  public static String rewritten() {
    return REWRITTEN + UUID.randomUUID() + SUFFIX;
  }

  /** A new name for a file that goes over as it is. */
  public static String carried() {
    return CARRIED + UUID.randomUUID() + SUFFIX;
  }

  public static boolean matches(String fileName) {
    return (fileName.startsWith(REWRITTEN) || fileName.startsWith(CARRIED))
        && fileName.endsWith(SUFFIX);
  }
}
