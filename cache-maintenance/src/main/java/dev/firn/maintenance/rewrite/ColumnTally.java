package dev.firn.maintenance.rewrite;

import org.jspecify.annotations.Nullable;

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

  /** The entries of one row group's column, which count only once they are added. */
  static final class Entries {
    private final @Nullable ColumnHash hash;
    private long values;
    private long nulls;

    private Entries(@Nullable ColumnHash hash) {
      this.hash = hash;
    }

    void add(TripletBlock block, int maxDefinition) {
      values += block.size;
      for (int i = 0; i < block.size; i++) {
        nulls += block.definitions[i] < maxDefinition ? 1 : 0;
      }
      if (hash != null) {
        hash.add(block);
      }
    }
  }

  /** Begins the entries that follow those added so far. */
  Entries next(int column) {
    return new Entries(hashed() ? hashes[column].copy() : null);
  }

  void add(int column, Entries entries) {
    count(column, entries.values, entries.nulls);
    if (entries.hash != null) {
      hashes[column] = entries.hash;
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
