package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes one output file: row group after row group, in each column after column, so that only one
 * column chunk is in memory.
 *
 * <p>All that fails here is an {@code IOException} of its own, never an input's. After a failure
 * only {@link #abort} may be called; what was written until then stays where it is.
 */
final class OutputWriter {
  /** Row groups are cut by batches; this is only what the writer would align them to. */
  private static final long UNALIGNED = 128L << 20;

  private final RewriteOutput output;
  private final MessageType schema;
  private final List<ColumnDescriptor> leaves;
  private final PageCodecs codecs;
  private final OpenedOutput opened;
  private final ParquetFileWriter writer;
  private final ColumnTally tally;
  private long rows;

  private OutputWriter(
      RewriteOutput output,
      MessageType schema,
      List<ColumnDescriptor> leaves,
      PageCodecs codecs,
      OpenedOutput opened,
      ParquetFileWriter writer,
      boolean hashed) {
    this.output = output;
    this.schema = schema;
    this.leaves = leaves;
    this.codecs = codecs;
    this.opened = opened;
    this.writer = writer;
    this.tally = new ColumnTally(leaves.size(), hashed);
  }

  /**
   * @param hashed whether the entries are hashed for the proof of content
   */
  static OutputWriter open(
      RewriteOutput output, SchemaResolver.Resolved resolved, PageCodecs codecs, boolean hashed)
      throws IOException {
    OpenedOutput opened = new OpenedOutput(output.file());
    try {
      ParquetFileWriter writer =
          new ParquetFileWriter(
              opened,
              resolved.output(),
              ParquetFileWriter.Mode.CREATE,
              UNALIGNED,
              0,
              ColumnProperties.TRUNCATE_BYTES,
              ColumnProperties.TRUNCATE_BYTES,
              true);
      writer.start();
      return new OutputWriter(
          output, resolved.output(), resolved.leaves(), codecs, opened, writer, hashed);
    } catch (IOException | RuntimeException e) {
      opened.abort(e);
      throw e;
    }
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
          new ColumnChunkPageWriteStore(
              codecs.getCompressor(CompressionCodecName.ZSTD),
              projection,
              HeapByteBufferAllocator.getInstance(),
              ColumnProperties.TRUNCATE_BYTES,
              true);
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

  /** Remembers the stream, which Parquet's writer leaves open when a write to it fails. */
  private static final class OpenedOutput implements OutputFile {
    private final OutputFile file;
    private @Nullable PositionOutputStream stream;

    OpenedOutput(OutputFile file) {
      this.file = file;
    }

    @Override
    public PositionOutputStream create(long blockSize) throws IOException {
      PositionOutputStream created = file.create(blockSize);
      stream = created;
      return created;
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      throw new AssertionError("An output is never overwritten");
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }

    void abort(Throwable cause) {
      if (stream != null) {
        try {
          stream.close();
        } catch (IOException | RuntimeException e) {
          cause.addSuppressed(e);
        }
      }
    }
  }
}
