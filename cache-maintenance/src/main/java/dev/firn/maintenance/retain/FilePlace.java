package dev.firn.maintenance.retain;

/**
 * Where a file belongs by the times of its rows.
 *
 * @param part files of one part may be merged; numbered in the order of time
 * @param over true if later ones have begun, so that few more files will come to this one
 * @param alone true if it is merged with no other file at all
 * @param pieces how many files it becomes when rows of it expire
 */
public record FilePlace(long part, boolean over, boolean alone, int pieces) {
  /** Of all files where they are not kept apart. */
  public static final FilePlace ANYWHERE = new FilePlace(0, false, false, 1);
}
