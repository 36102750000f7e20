package dev.firn.maintenance.rewrite;

import java.util.Set;
import org.apache.parquet.io.InputFile;

/**
 * One data file to be rewritten.
 *
 * @param name what messages and the proof call the file
 * @param dropped the rows that are left out
 * @param rowCount how many rows the table's metadata says the file holds; a footer that disagrees
 *     makes the file unreadable
 * @param present ids of top-level columns that the file itself must hold: readers take a missing
 *     identity partition column from the partition, which a rewrite would turn into nulls
 * @throws IllegalArgumentException if a row is dropped that the file does not hold
 */
public record RewriteInput(
    String name, InputFile file, RowMask dropped, long rowCount, Set<Integer> present) {
  public RewriteInput {
    present = Set.copyOf(present);
    if (rowCount < 0 || dropped.length() > rowCount) {
      throw new IllegalArgumentException(
          "Mask drops row "
              + (dropped.length() - 1)
              + " of "
              + rowCount
              + " rows (file "
              + name
              + ")");
    }
  }

  /** A file that may lack any column. */
  public RewriteInput(String name, InputFile file, RowMask dropped, long rowCount) {
    this(name, file, dropped, rowCount, Set.of());
  }

  long keptRows() {
    return rowCount - dropped.cardinality();
  }
}
