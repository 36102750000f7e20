package dev.firn.maintenance.rewrite;

/** Encodes the entries of one column chunk into pages. */
interface ChunkWriter {
  /** Any page ends with the row that reaches this many entries. */
  int MAX_PAGE_ENTRIES = 20_000;

  /** Adds the entry at an index of a block. */
  void write(TripletBlock block, int index);

  /** The row of the last entry is complete, and a page may end. */
  void endRow();

  /** About the memory that takes what is not yet in pages. */
  long heldBytes();

  /**
   * Puts into pages what need not be held, and goes on like that. Only between rows.
   *
   * @return false if what is held makes the chunk so much smaller that the row group should rather
   *     end
   */
  boolean holdLess();

  /** Whether {@link #holdLess} would refuse. */
  boolean isWorthHolding();

  /** Hands over what is not yet in pages. Nothing may be added any more. */
  void finish();
}
