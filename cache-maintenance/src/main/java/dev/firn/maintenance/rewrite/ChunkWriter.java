package dev.firn.maintenance.rewrite;

/** Encodes the entries of one column chunk into pages. */
interface ChunkWriter {

  /** Adds the entry at an index of a block. */
  void write(TripletBlock block, int index);

  /** The row of the last entry is complete, and a page may end. */
  void endRow();

  /** What was encoded so far takes, before compression, in pages and not yet in pages. */
  long encodedBytes();

  /** Hands over what is not yet in pages. Nothing may be added any more. */
  void finish();
}
