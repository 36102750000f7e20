package dev.firn.maintenance.rewrite;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts inputs into batches, each of which becomes one row group of an output. Pure: sizes and masks
 * in, slices out.
 *
 * <p>A batch holds at most {@code batchRows} kept rows, and its slices at most {@code batchBytes}
 * of encoded input; counting rows alone once exhausted the memory. The bytes of a row group are
 * taken as spread evenly over its rows, kept or not, so that dropping rows never lets a batch hold
 * more. Row groups that fit into an empty batch are not cut for their bytes: the batch before them
 * ends early. With 32 MB a batch, input row groups of 20, 20 and 100 MB give batches of 20, 20 +
 * 12, 32, 32 and 24 MB. A slice holds at least one kept row, however large.
 */
final class BatchPlanner {
  private final long batchBytes;
  private final long batchRows;
  private final List<Batch> batches = new ArrayList<>();

  private List<Slice> slices = new ArrayList<>();
  private double bytes;
  private long rows;

  private BatchPlanner(RewriteLimits limits) {
    this.batchBytes = limits.batchBytes();
    this.batchRows = limits.batchRows();
  }

  /**
   * Rows {@code fromRow} to before {@code toRow} of one row group, counted within it.
   *
   * @param keptRows at least one
   */
  record Slice(int input, int rowGroup, long fromRow, long toRow, long keptRows) {}

  /** One row group to be written, in the order of its slices. */
  record Batch(List<Slice> slices, long rows) {
    Batch {
      slices = List.copyOf(slices);
    }
  }

  /**
   * @param rowGroups those of each input
   */
  static List<Batch> plan(
      List<RewriteInput> inputs, List<List<InputFooter.RowGroup>> rowGroups, RewriteLimits limits) {
    BatchPlanner planner = new BatchPlanner(limits);
    for (int i = 0; i < inputs.size(); i++) {
      for (int j = 0; j < rowGroups.get(i).size(); j++) {
        planner.add(i, j, rowGroups.get(i).get(j), inputs.get(i).dropped());
      }
    }
    planner.endBatch();
    return planner.batches;
  }

  private void add(int input, int index, InputFooter.RowGroup group, RowMask mask) {
    long first = group.firstRow();
    long end = first + group.rows();
    long kept = mask.keptBetween(first, end);
    if (kept == 0) {
      return;
    }
    boolean fits = group.encodedBytes() <= batchBytes && kept <= batchRows;
    if (fits && (bytes + group.encodedBytes() > batchBytes || rows + kept > batchRows)) {
      endBatch();
    }
    double bytesPerRow = (double) group.encodedBytes() / group.rows();
    long from = first;
    while (kept > 0) {
      long rowRoom = batchRows - rows;
      long byteRoom =
          fits ? group.rows() : (long) Math.min(group.rows(), (batchBytes - bytes) / bytesPerRow);
      if (rowRoom <= 0 || (byteRoom <= 0 && !slices.isEmpty())) {
        endBatch();
        continue;
      }
      long skipped = mask.afterKept(from, end, 1) - 1;
      long to = mask.afterKept(skipped, Math.min(end, skipped + Math.max(1, byteRoom)), rowRoom);
      long sliceRows = mask.keptBetween(skipped, to);
      slices.add(new Slice(input, index, skipped - first, to - first, sliceRows));
      bytes += (to - skipped) * bytesPerRow;
      rows += sliceRows;
      kept -= sliceRows;
      from = to;
    }
  }

  private void endBatch() {
    if (!slices.isEmpty()) {
      batches.add(new Batch(slices, rows));
      slices = new ArrayList<>();
      bytes = 0;
      rows = 0;
    }
  }
}
