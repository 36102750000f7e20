package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Copies batches into row groups of an output, column by column, each brought into the table's
 * order if it has one.
 *
 * <p>A batch is what is expected to fit. Where a row group turns out to be full before the batch
 * has ended, it is dropped and begun anew with fewer rows: a fifth less than those that fitted in
 * the column that filled it. That costs time and no memory. Columns of large values come first, so
 * that it is found out early.
 */
final class BatchCopy {
  private final List<RewriteInput> inputs;
  private final List<ColumnDescriptor> leaves;
  private final Map<InputSchema, List<LeafMapping>> mappings;
  private final PageCodecs codecs;
  private final RewriteLimits limits;

  BatchCopy(
      List<RewriteInput> inputs,
      SchemaResolver.Resolved resolved,
      PageCodecs codecs,
      RewriteLimits limits) {
    this.inputs = inputs;
    this.leaves = resolved.leaves();
    // All footers of one schema share its instance.
    this.mappings = new IdentityHashMap<>(resolved.mappings());
    this.codecs = codecs;
    this.limits = limits;
  }

  /** Writes one row group with the first rows of the batch, and tells {@code batches} how many. */
  void copy(Batches.Batch planned, Batches batches, FileOrder order, OutputWriter writer)
      throws IOException {
    Batches.Batch batch = planned;
    try (BatchInputs open = new BatchInputs(inputs, codecs)) {
      while (true) {
        OutputWriter.RowGroup group = writer.startRowGroup();
        long fitted = fill(group, batch, order, open, writer.output().name());
        if (fitted == batch.rows()) {
          group.write(fitted);
          order.written();
          batches.written(batch, group.taken());
          return;
        }
        batch = batches.shorten(batch, Math.max(1, fitted / 5 * 4 + fitted % 5 * 4 / 5));
      }
    }
  }

  /** Returns how many rows fit into the column that took the fewest. */
  private long fill(
      OutputWriter.RowGroup group,
      Batches.Batch batch,
      FileOrder order,
      BatchInputs open,
      String output)
      throws IOException {
    @Nullable RowPermutation permutation = order.next(batch, leaf -> column(batch, leaf, open));
    for (Column column : columns(batch)) {
      OutputWriter.Chunk chunk = group.start(column.leaf, column.properties);
      boolean complete =
          permutation == null
              ? copy(batch, column.leaf, open, chunk)
              : new PermutedColumn(
                      leaves.get(column.leaf),
                      permutation,
                      limits.sortBytes(),
                      limits.proveContent())
                  .copy(output, () -> column(batch, column.leaf, open), chunk::write);
      if (!complete) {
        return chunk.rows();
      }
      chunk.end();
    }
    return batch.rows();
  }

  private boolean copy(Batches.Batch batch, int leaf, BatchInputs open, OutputWriter.Chunk chunk)
      throws IOException {
    TripletBlock block = new TripletBlock(leaves.get(leaf));
    try (TripletSource source = column(batch, leaf, open)) {
      while (source.fill(block)) {
        if (!chunk.write(block)) {
          return false;
        }
      }
    }
    return true;
  }

  private TripletSource column(Batches.Batch batch, int leaf, BatchInputs open) {
    return new BatchColumn(batch.slices().size(), i -> entries(batch.slices().get(i), leaf, open));
  }

  /** The entries of an output column that a slice contributes. */
  TripletSource entries(Batches.Slice slice, int leaf, BatchInputs open)
      throws UnreadableInputException {
    return open.source(slice, mapping(slice, leaf), String.join(".", leaves.get(leaf).getPath()));
  }

  /**
   * @param bytes of its values, those of a dictionary counted as often as they occur
   */
  private record Column(int leaf, ColumnProperties properties, double bytes) {}

  /** The columns, those of the largest values first. */
  private List<Column> columns(Batches.Batch batch) {
    List<Column> columns = new ArrayList<>();
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      columns.add(column(batch, leaf));
    }
    columns.sort(
        Comparator.comparing(Column::properties)
            .thenComparingDouble(Column::bytes)
            .reversed()
            .thenComparingInt(Column::leaf));
    return columns;
  }

  private Column column(Batches.Batch batch, int leaf) {
    double bytes = 0;
    double values = 0;
    for (Batches.Slice slice : batch.slices()) {
      LeafMapping mapping = mapping(slice, leaf);
      if (mapping.takesValues()) {
        InputFooter.RowGroup group = slice.group();
        double count = slice.share() * group.valueCounts()[mapping.source()];
        bytes += group.averageValueBytes()[mapping.source()] * count;
        values += count;
      }
    }
    ColumnProperties properties =
        ColumnProperties.of(
            leaves.get(leaf), bytes / Math.max(values, 1), values, limits.encoderBytes());
    return new Column(leaf, properties, bytes);
  }

  private LeafMapping mapping(Batches.Slice slice, int leaf) {
    List<LeafMapping> found = mappings.get(slice.footer().schema());
    if (found == null) {
      throw new AssertionError(slice.footer().schema());
    }
    return found.get(leaf);
  }
}
