package dev.firn.maintenance.rewrite;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Opens column chunks of the inputs of one batch, and whatever goes wrong in that is an unreadable
 * input.
 *
 * <p>A batch goes over its inputs once for each column. The first {@value #KEPT_OPEN} inputs stay
 * open meanwhile, the others are opened each time, so that a batch of thousands of files needs few
 * descriptors.
 */
final class BatchInputs implements Closeable {
  private static final int KEPT_OPEN = 64;

  private final List<RewriteInput> inputs;
  private final List<InputFooter> footers;
  private final ParquetReadOptions options;
  private final Map<Integer, SeekableInputStream> open = new HashMap<>();

  BatchInputs(List<RewriteInput> inputs, List<InputFooter> footers, ParquetReadOptions options) {
    this.inputs = inputs;
    this.footers = footers;
    this.options = options;
  }

  /** The entries of an output column that a slice contributes. */
  TripletSource source(BatchPlanner.Slice slice, LeafMapping mapping, String column)
      throws UnreadableInputException {
    if (mapping.source() < 0) {
      return new AbsentSource(mapping, slice.keptRows());
    }
    RewriteInput input = inputs.get(slice.input());
    InputFooter.RowGroup group = footers.get(slice.input()).rowGroups().get(slice.rowGroup());
    try {
      return new ColumnSource(
          input.name(),
          column,
          chunk(slice, mapping.source()),
          mapping,
          input.dropped(),
          group.firstRow(),
          slice.fromRow(),
          slice.toRow(),
          group.rows());
    } catch (IOException | RuntimeException e) {
      throw new UnreadableInputException(
          input.name(), "Column " + column + " does not decode: " + e, e);
    }
  }

  private ColumnChunkReader chunk(BatchPlanner.Slice slice, int column) throws IOException {
    SeekableInputStream kept = open.get(slice.input());
    if (kept != null) {
      return chunk(slice, column, kept);
    }
    SeekableInputStream stream = inputs.get(slice.input()).file().newStream();
    if (open.size() < KEPT_OPEN) {
      open.put(slice.input(), stream);
      return chunk(slice, column, stream);
    }
    try (stream) {
      return chunk(slice, column, stream);
    }
  }

  private ColumnChunkReader chunk(BatchPlanner.Slice slice, int column, SeekableInputStream stream)
      throws IOException {
    InputFooter footer = footers.get(slice.input());
    return ColumnChunkReader.open(
        inputs.get(slice.input()).file(),
        stream,
        footer,
        footer.rowGroups().get(slice.rowGroup()),
        column,
        options);
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (SeekableInputStream stream : open.values()) {
      try {
        stream.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    open.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
