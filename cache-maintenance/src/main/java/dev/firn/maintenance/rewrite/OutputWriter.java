package dev.firn.maintenance.rewrite;

import dev.firn.core.parquet.ParquetFileOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;

/**
 * Writes one output file: row group after row group, in each column after column, so that only one
 * column chunk is in memory.
 *
 * <p>All that fails here is an {@code IOException} of its own, never an input's. After a failure
 * only {@link #abort} may be called; what was written until then stays where it is.
 */
final class OutputWriter {
  private final RewriteOutput output;
  private final MessageType schema;
  private final List<ColumnDescriptor> leaves;
  private final PageCodecs codecs;
  private final ParquetFileOutput opened;
  private final ParquetFileWriter writer;
  private final ColumnTally tally;
  private long rows;

  private OutputWriter(
      RewriteOutput output,
      MessageType schema,
      List<ColumnDescriptor> leaves,
      PageCodecs codecs,
      ParquetFileOutput opened,
      boolean hashed) {
    this.output = output;
    this.schema = schema;
    this.leaves = leaves;
    this.codecs = codecs;
    this.opened = opened;
    this.writer = opened.writer();
    this.tally = new ColumnTally(leaves.size(), hashed);
  }

  /**
   * @param hashed whether the entries are hashed for the proof of content
   */
  static OutputWriter open(
      RewriteOutput output, SchemaResolver.Resolved resolved, PageCodecs codecs, boolean hashed)
      throws IOException {
    ParquetFileOutput opened = ParquetFileOutput.open(output.file(), resolved.output());
    return new OutputWriter(output, resolved.output(), resolved.leaves(), codecs, opened, hashed);
  }

  RewriteOutput output() {
    return output;
  }

  ColumnTally tally() {
    return tally;
  }

  long rows() {
    return rows;
  }

  long bytesWritten() throws IOException {
    return writer.getPos();
  }

  void startRowGroup(long rowCount) throws IOException {
    writer.startBlock(rowCount);
    rows += rowCount;
  }

  void endRowGroup() throws IOException {
    writer.endBlock();
  }

  /** Begins the next column chunk of the row group; columns come in the order of the leaves. */
  Chunk startColumn(int leaf, ColumnProperties properties) {
    return new Chunk(leaf, properties);
  }

  /** Writes the footer and closes the file, which makes it durable. */
  void finish(Map<String, String> properties) throws IOException {
    writer.end(properties);
    writer.close();
  }

  /** Closes the file as it is and adds what goes wrong with that to {@code cause}. */
  void abort(Throwable cause) {
    opened.abort(cause);
  }

  /** A column chunk, held in memory until it ends. */
  final class Chunk {
    private final int leaf;
    private final ColumnChunkPageWriteStore pages;
    private final ColumnWriteStore store;
    private final ColumnSink sink;

    private Chunk(int leaf, ColumnProperties properties) {
      this.leaf = leaf;
      MessageType projection = LeafProjection.of(schema, leaves.get(leaf));
      this.pages =
          ParquetFileOutput.pages(codecs.getCompressor(CompressionCodecName.ZSTD), projection);
      this.store = properties.properties().newColumnWriteStore(projection, pages, pages);
      this.sink = new ColumnSink(store, leaves.get(leaf));
    }

    void write(TripletBlock block) throws IOException {
      try {
        sink.write(block);
      } catch (RuntimeException e) {
        throw failed(e);
      }
      tally.hash(leaf, block);
    }

    void end(long rowCount) throws IOException {
      if (sink.rows() != rowCount) {
        throw new AssertionError(sink.rows() + " rows instead of " + rowCount);
      }
      try {
        sink.finish();
        store.flush();
        pages.flushToFileWriter(writer);
        store.close();
        pages.close();
      } catch (RuntimeException e) {
        throw failed(e);
      }
      tally.count(leaf, sink.values(), sink.nulls());
    }

    private IOException failed(RuntimeException e) {
      return new IOException(
          "Column "
              + String.join(".", leaves.get(leaf).getPath())
              + " cannot be written (file "
              + output.name()
              + ")",
          e);
    }
  }
}
