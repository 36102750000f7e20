package dev.firn.maintenance.rewrite;

import dev.firn.core.parquet.ParquetFileOutput;
import dev.firn.maintenance.distinct.FileSketches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes one output file, row group after row group. A row group is held, compressed, until all of
 * its columns are there and it is written as a whole; one of which nothing is to come is dropped.
 *
 * <p>All that fails here is an {@code IOException} of its own, never an input's. After a failure
 * only {@link #abort} may be called; what was written until then stays where it is.
 */
final class OutputWriter {
  private final RewriteOutput output;
  private final MessageType schema;
  private final List<ColumnDescriptor> leaves;
  private final PageCodecs codecs;
  private final BackgroundPages background;
  private final ParquetFileOutput opened;
  private final ParquetFileWriter writer;
  private final RewriteLimits limits;
  private final ColumnTally tally;
  private final ColumnSketches sketches;
  private long rows;

  private OutputWriter(
      RewriteOutput output,
      SchemaResolver.Resolved resolved,
      PageCodecs codecs,
      BackgroundPages background,
      ParquetFileOutput opened,
      ColumnSketches sketches,
      RewriteLimits limits) {
    this.output = output;
    this.schema = resolved.output();
    this.leaves = resolved.leaves();
    this.codecs = codecs;
    this.background = background;
    this.opened = opened;
    this.writer = opened.writer();
    this.limits = limits;
    this.tally = new ColumnTally(leaves.size(), limits.proveContent());
    this.sketches = sketches;
  }

  /** Entries are hashed if the content is to be proved, and counted if sketches are wanted. */
  static OutputWriter open(
      RewriteOutput output,
      Schema table,
      SchemaResolver.Resolved resolved,
      PageCodecs codecs,
      BackgroundPages background,
      RewriteLimits limits)
      throws IOException {
    ParquetFileOutput opened = ParquetFileOutput.open(output.file(), resolved.output());
    ColumnSketches sketches =
        limits.sketches() ? ColumnSketches.of(table, resolved.leaves()) : ColumnSketches.none();
    return new OutputWriter(output, resolved, codecs, background, opened, sketches, limits);
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

  RowGroup startRowGroup() {
    return new RowGroup();
  }

  /** Writes the footer and closes the file, which makes it durable. */
  void finish(Map<String, String> properties) throws IOException {
    Map<String, String> all = new HashMap<>(properties);
    if (limits.sketches()) {
      byte[] formatted = sketches.ofFile().format(bytesWritten());
      all.put(FileSketches.PROPERTY, FileSketches.place(opened.write(formatted), formatted));
    }
    writer.end(all);
    writer.close();
  }

  /** Closes the file as it is and adds what goes wrong with that to {@code cause}. */
  void abort(Throwable cause) {
    opened.abort(cause);
  }

  /** A row group, of which nothing is in the file until it is written. */
  final class RowGroup {
    private final List<Chunk> started = new ArrayList<>();
    private final @Nullable Chunk[] chunks = new @Nullable Chunk[leaves.size()];
    private long mostHeld;

    private RowGroup() {}

    /**
     * How much of {@link RewriteLimits#batchBytes} it has used, whether its bytes or an encoder
     * that was worth its memory came nearest to their limit. Of all columns, once they have ended
     * and it is written.
     */
    long taken() {
      return Math.max(bytes(), mostHeld * 2);
    }

    /** What the columns take, compressed; at most, as long as pages wait to be. */
    private long bytes() {
      long bytes = 0;
      for (Chunk chunk : started) {
        bytes += chunk.counted.bytes();
      }
      return bytes;
    }

    /** Begins a column chunk; each column once, in any order. */
    Chunk start(int leaf, ColumnProperties properties) {
      Chunk chunk = new Chunk(this, leaf, properties);
      started.add(chunk);
      return chunk;
    }

    /** Writes the columns, which must all have ended with the same number of rows. */
    void write(long rowCount) throws IOException {
      background.await();
      writer.startBlock(rowCount);
      for (int i = 0; i < chunks.length; i++) {
        Chunk chunk = chunks[i];
        if (chunk == null || chunk.rows != rowCount) {
          throw new AssertionError("Column " + i + " has not " + rowCount + " rows");
        }
        chunk.pages.flushToFileWriter(writer);
        chunk.pages.close();
        tally.add(i, chunk.tally);
        sketches.add(i, chunk.sketch);
      }
      writer.endBlock();
      rows += rowCount;
    }
  }

  /** A column chunk. */
  final class Chunk {
    /** How much is added between two looks at what the chunk takes. */
    private static final long CHECK_BYTES = 1 << 16;

    private final RowGroup group;
    private final int leaf;
    private final int maxDefinition;
    private final ColumnChunkPageWriteStore pages;
    private final CountedPages counted;
    private final ColumnTally.Entries tally;
    private final ColumnSketches.@Nullable Entries sketch;
    private @Nullable ChunkWriter encoder;
    private long rows;
    private long unchecked;

    private Chunk(RowGroup group, int leaf, ColumnProperties properties) {
      this.group = group;
      this.leaf = leaf;
      ColumnDescriptor column = leaves.get(leaf);
      this.maxDefinition = column.getMaxDefinitionLevel();
      MessageType only = LeafProjection.of(schema, column);
      CountingCompressor compressor =
          new CountingCompressor(codecs.getCompressor(CompressionCodecName.ZSTD));
      this.pages = ParquetFileOutput.pages(compressor, only);
      this.counted = new CountedPages(pages.getPageWriter(column), compressor, background);
      this.tally = OutputWriter.this.tally.next(leaf);
      this.sketch = sketches.next(leaf, properties);
      this.encoder = properties.encoder(only, column, counted, pages, limits.batchRows());
    }

    /** How many rows it has, the last of them perhaps not yet complete. */
    long rows() {
      return rows;
    }

    /**
     * Adds entries.
     *
     * @return false if the row group is full by {@link RewriteLimits#batchBytes}: no row was begun
     *     that would not fit, and the rest of the block was left out. Never in its first row
     */
    boolean write(TripletBlock block) throws IOException {
      ChunkWriter open = encoder();
      try {
        for (int i = 0; i < block.size; i++) {
          if (block.repetitions[i] == 0) {
            if (rows > 0) {
              open.endRow();
              if (unchecked >= CHECK_BYTES && isFull(open)) {
                return false;
              }
            }
            rows++;
          }
          open.write(block, i);
          unchecked += block.byteCount(i);
        }
      } catch (RuntimeException e) {
        throw failed(e);
      }
      tally.add(block, maxDefinition);
      if (sketch != null) {
        sketch.add(block);
      }
      return true;
    }

    private boolean isFull(ChunkWriter open) throws IOException {
      unchecked = 0;
      if (open.heldBytes() <= limits.encoderBytes() && fits(open)) {
        return false;
      }
      return !open.holdLess() || !fits(open);
    }

    private boolean fits(ChunkWriter open) throws IOException {
      if (group.bytes() + open.heldBytes() > limits.batchBytes()) {
        // Exactly, so that row groups end at the same rows however fast pages are compressed.
        background.await();
      }
      return group.bytes() + open.heldBytes() <= limits.batchBytes();
    }

    /** Ends the chunk, which takes its place in the row group. */
    void end() throws IOException {
      ChunkWriter open = encoder();
      try {
        if (rows > 0) {
          open.endRow();
        }
        if (open.isWorthHolding()) {
          group.mostHeld = Math.max(group.mostHeld, open.heldBytes());
        }
        open.finish();
      } catch (RuntimeException e) {
        throw failed(e);
      }
      encoder = null;
      group.chunks[leaf] = this;
    }

    private ChunkWriter encoder() {
      ChunkWriter open = encoder;
      if (open == null) {
        throw new AssertionError("Column " + leaf + " has ended");
      }
      return open;
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
