package dev.firn.maintenance.rewrite;

/** What went into each column of one output file: entries, nulls and, if wanted, their hash. */
final class ColumnTally {
  private final long[] values;
  private final long[] nulls;
  private final ColumnHash[] hashes;

  ColumnTally(int columns, boolean hashed) {
    this.values = new long[columns];
    this.nulls = new long[columns];
    this.hashes = new ColumnHash[hashed ? columns : 0];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = new ColumnHash();
    }
  }

  void hash(int column, TripletBlock block) {
    if (hashes.length > 0) {
      hashes[column].add(block);
    }
  }

  void count(int column, long moreValues, long moreNulls) {
    values[column] += moreValues;
    nulls[column] += moreNulls;
  }

  long values(int column) {
    return values[column];
  }

  long nulls(int column) {
    return nulls[column];
  }

  boolean hashed() {
    return hashes.length > 0;
  }

  long hash(int column) {
    return hashes[column].value();
  }
}
