package dev.firn.maintenance;

/**
 * What a pass does for the cache as a whole, beside its partitions.
 *
 * @param journal whether what was done is written down in the cache's journal
 */
public record Housekeeping(boolean journal) {

  public static Housekeeping defaults() {
    return new Housekeeping(true);
  }

  /** Nothing of all that. */
  public static Housekeeping none() {
    return new Housekeeping(false);
  }
}
