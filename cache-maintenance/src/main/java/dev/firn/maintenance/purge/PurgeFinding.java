package dev.firn.maintenance.purge;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A file in which rows match, or may.
 *
 * @param matching rows that match; 0 if it cannot be read
 * @param rows all rows in it; 0 if it cannot be read
 * @param trouble why it cannot be read, or rows that match may be others; empty if all is clear
 * @param otherNames hard links that it has beyond those found in the cache: somewhere is a copy
 */
public record PurgeFinding(
    Path path, Place place, long matching, long rows, String trouble, long otherNames) {

  /** Where in a cache. */
  public enum Place {
    /** In the live generation, part of the table. */
    LIVE,
    /** In the live generation's directory, and no part of the table any more, or not yet. */
    STRAY,
    /** In a superseded generation, one being built, or one being removed. */
    SUPERSEDED,
    QUARANTINE,
    /** What a repair had replaced. */
    REPAIR_COPY,
    /** Where retention has written rows before it dropped them. */
    ARCHIVE,
    /** A held exchange. */
    HELD,
    /** Somebody else's file. */
    FOREIGN;

    /** In words. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  boolean isOnlyMatching() {
    return trouble.isEmpty() && matching == rows;
  }
}
