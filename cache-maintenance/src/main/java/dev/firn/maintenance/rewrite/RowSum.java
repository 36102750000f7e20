package dev.firn.maintenance.rewrite;

/**
 * A sum over the rows of a column, in whatever order they come, of a hash of each row's entries and
 * its number: equal if each row has the same entries, and otherwise, as good as always, not.
 */
final class RowSum {
  private final boolean wanted;
  private final ColumnHash hash = new ColumnHash();
  private long sum;
  private long row;
  private boolean begun;

  /**
   * @param wanted if not, nothing is computed and the sum stays 0
   */
  RowSum(boolean wanted) {
    this.wanted = wanted;
  }

  /** Takes one more entry; those of a row follow one another. */
  void add(int number, TripletBlock block, int index) {
    if (!wanted) {
      return;
    }
    if (block.repetitions[index] == 0) {
      end();
      row = ColumnHash.mix(number);
      begun = true;
    }
    row = hash.next(row, block, index);
  }

  /** Ends the last row. */
  void end() {
    if (begun) {
      sum += ColumnHash.mix(row);
      begun = false;
    }
  }

  long value() {
    return sum;
  }
}
