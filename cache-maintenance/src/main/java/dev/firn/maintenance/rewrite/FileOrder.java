package dev.firn.maintenance.rewrite;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Brings each batch of one output file into the table's sort order, as far as its keys fit into
 * memory, and knows whether the file as a whole is in order by now.
 *
 * <p>A batch is a row group, and each is sorted by itself. The file is in order only if no row
 * group begins before the one ahead of it ends: {@link SortedBatchPlanner} cuts batches so where it
 * can. Where it cannot, row groups that overlap are not merged: that would take a column chunk of
 * each of them in memory at a time, or one file a batch, and files of a batch are so small that the
 * next pass would merge them again, for ever.
 */
final class FileOrder {
  private final @Nullable SortColumns sort;
  private final SchemaResolver.Resolved resolved;
  private final long maxBytes;
  private @Nullable SortKeys last;
  private boolean inOrder;
  private @Nullable SortKeys nextLast;
  private boolean nextInOrder;

  /**
   * @param sort null if there is no order to bring rows into
   */
  FileOrder(@Nullable SortColumns sort, SchemaResolver.Resolved resolved, long maxBytes) {
    this.sort = sort;
    this.resolved = resolved;
    this.maxBytes = maxBytes;
    this.inOrder = sort != null;
  }

  /** In which order the rows of the next batch are to be written; null for as they come. */
  @Nullable RowPermutation next(Batches.Batch batch, SortKeys.Columns columns) throws IOException {
    nextInOrder = inOrder;
    if (sort == null) {
      return null;
    }
    RowPermutation permutation = batch.order();
    if (permutation == null) {
      permutation = sort(sort, batch.rows(), columns);
    }
    return permutation == null || permutation.isIdentity() ? null : permutation;
  }

  private @Nullable RowPermutation sort(SortColumns by, long rows, SortKeys.Columns columns)
      throws IOException {
    SortKeys keys = SortKeys.read(by, resolved, rows, maxBytes, columns);
    if (keys == null) {
      nextInOrder = false;
      return null;
    }
    RowPermutation permutation = keys.isOrdered() ? null : keys.permutation();
    int first = permutation == null ? 0 : permutation.row(0);
    if (last != null && last.compare(0, keys, first) > 0) {
      nextInOrder = false;
    }
    nextLast = keys.only(permutation == null ? keys.rows() - 1 : permutation.row(keys.rows() - 1));
    return permutation;
  }

  /** The batch that {@link #next} was asked for is in the file. */
  void written() {
    inOrder = nextInOrder;
    last = nextLast;
  }

  /** What the whole file is to be ordered by; null if it is not. */
  @Nullable SortColumns wholeFile() {
    return inOrder ? sort : null;
  }
}
