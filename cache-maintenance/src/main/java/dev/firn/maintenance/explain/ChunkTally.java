package dev.firn.maintenance.explain;

import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;

/** Sums over the row groups of one leaf in one file. */
final class ChunkTally {
  private final String top;
  private long bytes;
  private long values;
  private long nonNull;
  private long distinct;
  private boolean known = true;

  ChunkTally(ColumnChunkMetaData chunk) {
    this.top = chunk.getPath().toArray()[0];
  }

  void add(ChunkPages pages) {
    bytes += pages.bytes();
    values += pages.values();
    if (pages.nonNull().isEmpty()) {
      known = false;
      return;
    }
    nonNull += pages.nonNull().getAsLong();
    if (pages.distinct().isPresent()) {
      distinct += pages.distinct().getAsLong();
    } else if (pages.nonNull().getAsLong() > 0) {
      known = false; // a chunk of nulls needs no dictionary
    }
  }

  /** The top-level column's name in the file. */
  String top() {
    return top;
  }

  long bytes() {
    return bytes;
  }

  long values() {
    return values;
  }

  long nonNull() {
    return nonNull;
  }

  long distinct() {
    return distinct;
  }

  /** True if every value that is not null is in a dictionary, and there is one. */
  boolean isKnown() {
    return known && distinct > 0;
  }

  /** True if the file holds nothing but nulls here, which says nothing about values. */
  boolean isAllNull() {
    return known && nonNull == 0;
  }
}
