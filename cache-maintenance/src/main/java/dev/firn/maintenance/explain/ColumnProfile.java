package dev.firn.maintenance.explain;

import java.util.Optional;

/**
 * What one top-level column of a partition costs.
 *
 * @param column its name in the table
 * @param bytes of its pages in the live files, as they are stored
 * @param values rows and, in lists, elements of its largest leaf, nulls included; deleted rows too
 * @param repetition how often its values repeat, empty if no file tells
 */
public record ColumnProfile(
    String column, long bytes, long values, Optional<Repetition> repetition) {

  /**
   * How often values repeat within a file: told by the dictionaries of those files in which every
   * page of the column's largest leaf is dictionary-encoded.
   *
   * @param values that are not null, in the files that tell
   * @param distinct entries of their dictionaries, summed: a value of two files counts twice
   * @param files that tell
   * @param ofFiles that hold the column
   */
  public record Repetition(long values, long distinct, int files, int ofFiles) {

    /** Values for each distinct one, at least 1 in a file of ours. */
    public double valuesPerDistinct() {
      return (double) values / distinct;
    }
  }
}
