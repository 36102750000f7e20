package dev.firn.maintenance.rewrite;

import dev.firn.core.disk.DiskReason;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.compression.CompressionCodecFactory;
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
  private final CompressionCodecFactory codecs;
  private final Map<Integer, SeekableInputStream> open = new HashMap<>();

  BatchInputs(List<RewriteInput> inputs, CompressionCodecFactory codecs) {
    this.inputs = inputs;
    this.codecs = codecs;
  }

  /** The entries of an output column that a slice contributes; to be closed before the next. */
  TripletSource source(Batches.Slice slice, LeafMapping mapping, String column)
      throws UnreadableInputException {
    if (mapping.source() < 0) {
      return new AbsentSource(mapping, slice.keptRows());
    }
    RewriteInput input = inputs.get(slice.input());
    try {
      return new ColumnSource(
          input.name(),
          column,
          chunk(slice, mapping.source()),
          mapping,
          slice.dropped(),
          slice.group().firstRow(),
          slice.fromRow(),
          slice.toRow(),
          slice.group().rows());
    } catch (IOException | RuntimeException e) {
      throw new UnreadableInputException(
          input.name(), "Column " + column + " does not decode: " + DiskReason.of(e), e);
    }
  }

  private ColumnChunkReader chunk(Batches.Slice slice, int column) throws IOException {
    SeekableInputStream stream = open.get(slice.input());
    Closeable whenRead = () -> {};
    if (stream == null) {
      stream = inputs.get(slice.input()).file().newStream();
      if (open.size() < KEPT_OPEN) {
        open.put(slice.input(), stream);
      } else {
        whenRead = stream;
      }
    }
    return ColumnChunkReader.open(
        stream,
        slice.group().chunk(column),
        slice.footer().schema().leaves().get(column),
        slice.fromRow(),
        slice.footer().writerVersion(),
        codecs,
        whenRead);
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
