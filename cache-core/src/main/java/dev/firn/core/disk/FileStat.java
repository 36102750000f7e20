package dev.firn.core.disk;

import java.time.Instant;

/**
 * What stands at a path.
 *
 * @param sizeBytes length of a file; 0 for anything else
 * @param modified last modification
 * @param identity equal for two names of the same file, different for two files
 * @param names how many names (hard links) the file has
 */
public record FileStat(Kind kind, long sizeBytes, Instant modified, Object identity, int names) {

  /** What a path can name. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMBOLIC_LINK,
    OTHER
  }

  public boolean isFile() {
    return kind == Kind.FILE;
  }

  public boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }
}
