package dev.firn.maintenance.report;

/**
 * Data files of a live generation that none of its snapshots names and that nobody reads: what
 * another program wrote and did not commit, or replaced and did not remove. It goes with its
 * generation, and never before.
 */
public record Litter(long files, long bytes) {
  public static final Litter NONE = new Litter(0, 0);

  public boolean isNone() {
    return files == 0;
  }

  /** In words, for example {@code 2 data files of 4,096 bytes}. */
  public String text() {
    return files + (files == 1 ? " data file" : " data files") + ", " + bytes + " bytes";
  }
}
