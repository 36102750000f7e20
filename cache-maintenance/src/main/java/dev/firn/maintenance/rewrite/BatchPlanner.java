package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Cuts inputs into batches, each of which is to become one row group of an output. Sizes and masks
 * in, slices out, one batch at a time: only the footers of the batch's own inputs are held.
 *
 * <p>A batch holds at most {@code groupRows} kept rows, and what it is expected to take at most
 * {@code batchBytes}; counting rows alone once exhausted the memory. The expectation is the encoded
 * input and the footers, times what earlier row groups took for each byte expected: less for what
 * compresses and where inputs repeat each other's values, more where an encoding unfolds. It
 * decides how much is tried; what is written is bounded by what the row group really holds, see
 * {@link OutputWriter.Chunk#write}.
 *
 * <p>The bytes of an input's row group are taken as spread evenly over its rows, kept or not. Row
 * groups that fit into an empty batch are not cut for their bytes: the batch before them ends
 * early. With 32 MB a batch, input row groups of 20, 20 and 100 MB give batches of 20, 20 + 12, 32,
 * 32 and 24 MB. A slice holds at least one kept row, however large.
 */
final class BatchPlanner implements Batches {
  /** How far the expectation follows what was found. */
  private static final double MAX_SCALE = 64;

  /** The next batch takes a little less than the last one would have allowed. */
  private static final double CAUTION = 1.1;

  private final List<RewriteInput> inputs;
  private final Footers footers;
  private final long batchBytes;
  private final long groupRows;
  private final NavigableMap<Integer, InputFooter> window = new TreeMap<>();
  private double scale = 1;

  // Where the next batch starts: a row of a row group of an input.
  private int nextInput;
  private int nextGroup;
  private long nextRow;

  /** Reads the footer of the input of a number. */
  interface Footers {
    InputFooter read(int input) throws IOException;
  }

  BatchPlanner(List<RewriteInput> inputs, Footers footers, RewriteLimits limits) {
    this.inputs = inputs;
    this.footers = footers;
    this.batchBytes = limits.batchBytes();
    this.groupRows = limits.groupRows();
  }

  @Override
  public @Nullable Batch next() throws IOException {
    Filling filling = new Filling();
    int group = nextGroup;
    long row = nextRow;
    for (int i = nextInput; i < inputs.size(); i++) {
      if (inputs.get(i).keptRows() > 0) {
        InputFooter footer = footer(i);
        for (; group < footer.rowGroups().size(); group++) {
          if (!filling.add(i, footer, group, row)) {
            return filling.batch();
          }
          row = 0;
        }
      }
      group = 0;
      row = 0;
    }
    return filling.slices.isEmpty() ? null : filling.batch();
  }

  private InputFooter footer(int input) throws IOException {
    InputFooter known = window.get(input);
    if (known == null) {
      known = footers.read(input);
      window.put(input, known);
    }
    return known;
  }

  @Override
  public Batch shorten(Batch batch, long rows) {
    List<Slice> slices = new ArrayList<>();
    double bytes = 0;
    long left = rows;
    for (Slice slice : batch.slices()) {
      if (left == 0) {
        break;
      }
      Slice first = slice;
      if (slice.keptRows() > left) {
        long start = slice.group().firstRow();
        RowMask mask = inputs.get(slice.input()).dropped();
        long to = mask.afterKept(start + slice.fromRow(), start + slice.toRow(), left);
        first =
            new Slice(
                slice.input(),
                slice.footer(),
                slice.rowGroup(),
                slice.fromRow(),
                to - start,
                left,
                mask,
                false);
      }
      slices.add(first);
      bytes += bytesPerRow(first.group()) * (first.toRow() - first.fromRow());
      left -= first.keptRows();
    }
    return new Batch(slices, rows - left, bytes, null);
  }

  @Override
  public void written(Batch batch, long heldBytes) {
    Slice last = batch.slices().get(batch.slices().size() - 1);
    nextInput = last.input();
    nextGroup = last.rowGroup();
    nextRow = last.toRow();
    window.headMap(nextInput).clear();
    scale = scale(batch, heldBytes, scale);
  }

  /**
   * What to multiply expectations by from now on.
   *
   * @param before what they were multiplied by until now
   */
  static double scale(Batch batch, long heldBytes, double before) {
    return batch.bytes() < 1
        ? before
        : Math.max(1 / MAX_SCALE, Math.min(MAX_SCALE, CAUTION * heldBytes / batch.bytes()));
  }

  /** How many footers are held. */
  int footersHeld() {
    return window.size();
  }

  private static double bytesPerRow(InputFooter.RowGroup group) {
    return (double) group.encodedBytes() / group.rows();
  }

  private final class Filling {
    private final List<Slice> slices = new ArrayList<>();
    private double expected;
    private double bytes;
    private long rows;

    Batch batch() {
      return new Batch(slices, rows, bytes, null);
    }

    /** Takes rows of a row group, false if not all of them. */
    boolean add(int input, InputFooter footer, int index, long fromRow) {
      InputFooter.RowGroup group = footer.rowGroups().get(index);
      RowMask mask = inputs.get(input).dropped();
      long from = group.firstRow() + fromRow;
      long end = group.firstRow() + group.rows();
      long kept = mask.keptBetween(from, end);
      if (kept == 0) {
        return true;
      }
      double perRow = bytesPerRow(group) * scale;
      double retained = group.retainedBytes();
      double whole = retained + perRow * (end - from);
      boolean fits = whole <= batchBytes && kept <= groupRows;
      if (fits && (expected + whole > batchBytes || rows + kept > groupRows)) {
        return false;
      }
      double room = batchBytes - expected - retained;
      long byteRoom = fits ? end - from : (long) Math.min(end - from, Math.max(0, room) / perRow);
      long rowRoom = groupRows - rows;
      if (rowRoom <= 0 || (byteRoom <= 0 && !slices.isEmpty())) {
        return false;
      }
      long skipped = mask.afterKept(from, end, 1) - 1;
      long to = mask.afterKept(skipped, Math.min(end, skipped + Math.max(1, byteRoom)), rowRoom);
      long taken = mask.keptBetween(skipped, to);
      slices.add(
          new Slice(
              input,
              footer,
              index,
              skipped - group.firstRow(),
              to - group.firstRow(),
              taken,
              mask,
              false));
      expected += retained + perRow * (to - skipped);
      bytes += bytesPerRow(group) * (to - skipped);
      rows += taken;
      return taken == kept;
    }
  }
}
