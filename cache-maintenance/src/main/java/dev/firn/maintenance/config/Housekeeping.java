package dev.firn.maintenance.config;

/**
 * What a pass does for the cache as a whole, beside its partitions.
 *
 * @param maxGenerations of the superseded generations of a partition so many stay for their grace;
 *     older ones go early
 * @param journal whether what was done is written down in the cache's journal
 */
public record Housekeeping(int maxGenerations, boolean journal) {

  public static Housekeeping defaults() {
    return new Housekeeping(8, true);
  }

  /** Nothing of all that. */
  public static Housekeeping none() {
    return new Housekeeping(Integer.MAX_VALUE, false);
  }
}
