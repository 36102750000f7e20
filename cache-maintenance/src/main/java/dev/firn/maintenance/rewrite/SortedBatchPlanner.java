package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts inputs into batches by the order of their rows, so that no batch begins before the one ahead
 * of it ends and whole files are in order.
 *
 * <p>A batch takes from each input the rows that belong to it, wherever they stand: the rest is
 * masked. So an input's column chunk is decoded once for each batch that has a row of it. Where
 * rows come nearly in order that is hardly ever more than once; where every input has rows of every
 * batch, as often as there are batches. Where more than {@value #MAX_DECODES} times on average are
 * expected it is not done, and neither where the keys of all rows take more than {@link
 * RewriteLimits#sortBytes}: then rows are cut as they come, and each batch is sorted by itself.
 * Inputs that make three row groups are sorted as a whole in any order, and inputs that make fifty
 * if they come by time and are sorted by time.
 *
 * <p>Keys are let go once the order is known. What stays is eight bytes a row and some for each row
 * group, within the same bound, and the footers of the inputs of one batch; those are read again
 * for each batch.
 */
final class SortedBatchPlanner implements Batches {
  private static final double MAX_DECODES = 4;

  /** A group, its object and its place in a list. */
  private static final int GROUP_BYTES = 96;

  private final List<RewriteInput> inputs;
  private final BatchPlanner.Footers footers;
  private final long batchBytes;
  private final long groupRows;
  private final List<Group> groups;
  private final int[] ends;
  private final RowPermutation order;
  private final NavigableMap<Integer, InputFooter> window = new TreeMap<>();
  private double scale = 1;
  private int next;

  private SortedBatchPlanner(
      List<RewriteInput> inputs,
      BatchPlanner.Footers footers,
      RewriteLimits limits,
      List<Group> groups,
      RowPermutation order) {
    this.inputs = inputs;
    this.footers = footers;
    this.batchBytes = limits.batchBytes();
    this.groupRows = limits.groupRows();
    this.groups = groups;
    this.order = order;
    this.ends = new int[groups.size()];
    int rows = 0;
    for (int i = 0; i < ends.length; i++) {
      rows += (int) groups.get(i).keptRows();
      ends[i] = rows;
    }
  }

  /**
   * A row group of an input of which rows are kept.
   *
   * @param rowBytes the values of a row, written out, on average
   */
  private record Group(
      int input,
      int number,
      long firstRow,
      long rows,
      long keptRows,
      double rowBytes,
      long encodedBytes,
      long retainedBytes) {

    static Group of(int input, int number, InputFooter.RowGroup found, long keptRows) {
      double bytes = 0;
      for (int i = 0; i < found.valueCounts().length; i++) {
        bytes += (double) found.averageValueBytes()[i] * found.valueCounts()[i];
      }
      return new Group(
          input,
          number,
          found.firstRow(),
          found.rows(),
          keptRows,
          Math.max(bytes, found.encodedBytes()) / found.rows(),
          found.encodedBytes(),
          found.retainedBytes());
    }

    /**
     * What some of its rows bring into a batch: their values written out, as long as that is not
     * more than the row group as a whole. A text of 128 KB that a hundred rows share counts once in
     * each batch that has one of them.
     */
    double bytes(int count) {
      return Math.min(rowBytes * count, encodedBytes);
    }

    Slice whole(InputFooter footer, RowMask dropped) {
      return new Slice(input, footer, number, 0, rows, keptRows, dropped, false);
    }
  }

  /** Opens the entries of an output column that a slice contributes. */
  @FunctionalInterface
  interface Entries {
    TripletSource open(Slice slice, int leaf) throws IOException;
  }

  /**
   * @return null if the rows are to be cut as they come
   */
  static @Nullable Batches plan(
      SortColumns sort,
      SchemaResolver.Resolved resolved,
      List<RewriteInput> inputs,
      BatchPlanner.Footers footers,
      RewriteLimits limits,
      Entries entries)
      throws IOException {
    List<Group> groups = new ArrayList<>();
    long rows = 0;
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).keptRows() > 0) {
        groups(i, inputs.get(i).dropped(), footers.read(i), groups);
        rows += inputs.get(i).keptRows();
      }
    }
    SortKeys keys =
        SortKeys.read(
            sort,
            resolved,
            rows,
            limits.sortBytes() - (long) GROUP_BYTES * groups.size(),
            leaf -> column(inputs, footers, groups, slice -> entries.open(slice, leaf)));
    if (keys == null || keys.isOrdered()) {
      return null;
    }
    SortedBatchPlanner planner =
        new SortedBatchPlanner(inputs, footers, limits, groups, keys.permutation());
    return planner.expectedDecodes() > MAX_DECODES ? null : planner;
  }

  private static void groups(int input, RowMask dropped, InputFooter footer, List<Group> to) {
    for (int i = 0; i < footer.rowGroups().size(); i++) {
      InputFooter.RowGroup group = footer.rowGroups().get(i);
      long kept = dropped.keptBetween(group.firstRow(), group.firstRow() + group.rows());
      if (kept > 0) {
        to.add(Group.of(input, i, group, kept));
      }
    }
  }

  @FunctionalInterface
  private interface Opener {
    TripletSource open(Slice slice) throws IOException;
  }

  /** A column of all rows, of one footer at a time. */
  private static TripletSource column(
      List<RewriteInput> inputs, BatchPlanner.Footers footers, List<Group> groups, Opener opener) {
    NavigableMap<Integer, InputFooter> last = new TreeMap<>();
    return new BatchColumn(
        groups.size(),
        i -> {
          Group group = groups.get(i);
          @Nullable InputFooter footer = last.get(group.input());
          if (footer == null) {
            last.clear();
            footer = footers.read(group.input());
            last.put(group.input(), footer);
          }
          return opener.open(group.whole(footer, inputs.get(group.input()).dropped()));
        });
  }

  /** How often a byte of the inputs will be decoded on average. */
  private double expectedDecodes() {
    double decoded = 0;
    for (int from = 0; from < order.size(); ) {
      int[] taken = new int[groups.size()];
      from = end(from, taken);
      for (int i = 0; i < taken.length; i++) {
        decoded += taken[i] > 0 ? groups.get(i).encodedBytes() : 0;
      }
    }
    return decoded / groups.stream().mapToDouble(Group::encodedBytes).sum();
  }

  /**
   * Where a batch ends that begins at a rank.
   *
   * @param taken zeros, to be told how many rows of each group it has
   */
  private int end(int from, int[] taken) {
    double expected = 0;
    int rank = from;
    while (rank < order.size()) {
      int number = group(order.row(rank));
      Group group = groups.get(number);
      int before = taken[number];
      double more = scale * (group.bytes(before + 1) - group.bytes(before));
      if (before == 0) {
        more += group.retainedBytes();
      }
      if (rank > from && (rank - from == groupRows || expected + more > batchBytes)) {
        break;
      }
      taken[number]++;
      expected += more;
      rank++;
    }
    return rank;
  }

  /** The number of the group of a row; rows are numbered as they are kept, input by input. */
  private int group(int row) {
    int found = Arrays.binarySearch(ends, row);
    return found >= 0 ? found + 1 : -found - 1;
  }

  @Override
  public @Nullable Batch next() throws IOException {
    return next == order.size() ? null : batch(end(next, new int[groups.size()]));
  }

  @Override
  public Batch shorten(Batch batch, long rows) throws IOException {
    return batch(next + (int) rows);
  }

  @Override
  public void written(Batch batch, long heldBytes) {
    next += (int) batch.rows();
    scale = BatchPlanner.scale(batch, heldBytes, scale);
  }

  /** The rows from the next one on to before the one at a rank. */
  private Batch batch(int endRank) throws IOException {
    int[] chosen = IntStream.range(next, endRank).map(order::row).sorted().toArray();
    Set<Integer> touched = new HashSet<>();
    Arrays.stream(chosen).forEach(row -> touched.add(groups.get(group(row)).input()));
    window.keySet().retainAll(touched);
    List<Slice> slices = new ArrayList<>();
    double bytes = 0;
    for (int from = 0; from < chosen.length; ) {
      int number = group(chosen[from]);
      int to = from;
      while (to < chosen.length && chosen[to] < ends[number]) {
        to++;
      }
      slices.add(slice(number, Arrays.copyOfRange(chosen, from, to)));
      bytes += groups.get(number).bytes(to - from);
      from = to;
    }
    int[] rows =
        IntStream.range(next, endRank)
            .map(rank -> Arrays.binarySearch(chosen, order.row(rank)))
            .toArray();
    return new Batch(slices, chosen.length, bytes, RowPermutation.of(rows));
  }

  private Slice slice(int number, int[] chosen) throws IOException {
    Group group = groups.get(number);
    RowMask dropped = inputs.get(group.input()).dropped();
    BitSet taken = new BitSet();
    long at = group.firstRow();
    int row = number == 0 ? 0 : ends[number - 1];
    for (int wanted : chosen) {
      at = dropped.afterKept(at, group.firstRow() + group.rows(), wanted + 1L - row);
      taken.set((int) (at - 1 - group.firstRow()));
      row = wanted + 1;
    }
    int from = taken.nextSetBit(0);
    int to = taken.length();
    RowMask others =
        RowMask.of(
            IntStream.range(from, to)
                .filter(i -> !taken.get(i))
                .mapToLong(i -> group.firstRow() + i));
    boolean scattered =
        chosen.length < dropped.keptBetween(group.firstRow() + from, group.firstRow() + to);
    return new Slice(
        group.input(),
        footer(group.input()),
        group.number(),
        from,
        to,
        chosen.length,
        others,
        scattered);
  }

  private InputFooter footer(int input) throws IOException {
    @Nullable InputFooter known = window.get(input);
    if (known == null) {
      known = footers.read(input);
      window.put(input, known);
    }
    return known;
  }
}
