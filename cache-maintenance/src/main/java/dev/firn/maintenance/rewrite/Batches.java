package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All kept rows of the inputs, cut into batches, each of which becomes one row group. */
interface Batches {

  /**
   * Rows {@code fromRow} to before {@code toRow} of one row group, counted within it.
   *
   * @param rowGroup its number among those of the footer
   * @param keptRows at least one
   * @param dropped the rows of the file that are left out
   * @param scattered whether rows are left out that other batches take
   */
  record Slice(
      int input,
      InputFooter footer,
      int rowGroup,
      long fromRow,
      long toRow,
      long keptRows,
      RowMask dropped,
      boolean scattered) {
    InputFooter.RowGroup group() {
      return footer.rowGroups().get(rowGroup);
    }

    /** About how much of the row group this takes. */
    double share() {
      return (double) (scattered ? keptRows : toRow - fromRow) / group().rows();
    }
  }

  /**
   * One row group to be written, from its slices one after the other.
   *
   * @param rows kept rows
   * @param bytes what it takes if nothing repeats and nothing unfolds
   * @param order what brings its rows into the table's order, behind those of all batches before;
   *     null if that is not known
   */
  record Batch(List<Slice> slices, long rows, double bytes, @Nullable RowPermutation order) {
    public Batch {
      slices = List.copyOf(slices);
    }
  }

  /** The next batch, or null if no row is left. The same again unless {@link #written} is told. */
  @Nullable Batch next() throws IOException;

  /** The first rows of a batch that {@link #next} gave. */
  Batch shorten(Batch batch, long rows) throws IOException;

  /**
   * The next batch starts behind this one.
   *
   * @param heldBytes what it took
   */
  void written(Batch batch, long heldBytes);
}
