package dev.firn.maintenance.rewrite;

import java.util.Arrays;

/**
 * In which order rows are written. Never changes; checked to name every row once.
 *
 * <p>Costs eight bytes a row.
 */
final class RowPermutation {
  private final int[] rows;
  private final int[] ranks;

  private RowPermutation(int[] rows, int[] ranks) {
    this.rows = rows;
    this.ranks = ranks;
  }

  /**
   * @param rows the row to be written first, second and so on; not copied
   */
  static RowPermutation of(int[] rows) {
    int[] ranks = new int[rows.length];
    Arrays.fill(ranks, -1);
    for (int rank = 0; rank < rows.length; rank++) {
      if (rows[rank] < 0 || rows[rank] >= rows.length || ranks[rows[rank]] >= 0) {
        throw new AssertionError("Row " + rows[rank] + " of " + rows.length + " is no other row");
      }
      ranks[rows[rank]] = rank;
    }
    return new RowPermutation(rows, ranks);
  }

  /** Whether rows are written as they come. */
  boolean isIdentity() {
    for (int rank = 0; rank < rows.length; rank++) {
      if (rows[rank] != rank) {
        return false;
      }
    }
    return true;
  }

  int size() {
    return rows.length;
  }

  /** The row that is written at a rank. */
  int row(int rank) {
    return rows[rank];
  }

  /** Where a row is written. */
  int rank(int row) {
    return ranks[row];
  }
}
