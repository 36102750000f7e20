package dev.firn.core.parquet;

import java.io.IOException;
import java.util.Objects;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file being written, the way Firn writes them: data pages of version 1, which every
 * reader there is reads and whose levels are compressed along with the values; pages with
 * checksums; minima and maxima cut at 64 bytes.
 */
public final class ParquetFileOutput {
  private static final int TRUNCATE_BYTES = 64;

  /** Row groups are cut by whoever writes them; this is only what they would be aligned to. */
  private static final long UNALIGNED = 128L << 20;

  private final RememberedStream file;
  private final ParquetFileWriter writer;

  private ParquetFileOutput(RememberedStream file, ParquetFileWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /** Creates the file, which must not exist; a stream that was opened in vain is closed. */
  public static ParquetFileOutput open(OutputFile output, MessageType schema) throws IOException {
    RememberedStream file = new RememberedStream(output);
    try {
      ParquetFileWriter writer =
          new ParquetFileWriter(
              file,
              schema,
              ParquetFileWriter.Mode.CREATE,
              UNALIGNED,
              0,
              TRUNCATE_BYTES,
              TRUNCATE_BYTES,
              true);
      writer.start();
      return new ParquetFileOutput(file, writer);
    } catch (IOException | RuntimeException e) {
      file.abort(e);
      throw e;
    }
  }

  /** What writes the row groups and the footer; closing it closes the stream. */
  public ParquetFileWriter writer() {
    return writer;
  }

  /**
   * Writes bytes that are no part of any row group, where no reader looks: between two of them, or
   * behind the last.
   *
   * @return where they begin
   */
  public long write(byte[] bytes) throws IOException {
    return file.write(bytes);
  }

  /** Closes the file as it is and adds what goes wrong with that to {@code cause}. */
  public void abort(Throwable cause) {
    file.abort(cause);
  }

  /** Settings of pages, for more to be added. */
  public static ParquetProperties.Builder properties() {
    return ParquetProperties.builder()
        .withWriterVersion(WriterVersion.PARQUET_1_0)
        .withPageWriteChecksumEnabled(true)
        .withColumnIndexTruncateLength(TRUNCATE_BYTES)
        .withStatisticsTruncateLength(TRUNCATE_BYTES);
  }

  /** Takes the pages of some columns of one row group and holds them until they are written. */
  public static ColumnChunkPageWriteStore pages(
      BytesInputCompressor compressor, MessageType columns) {
    return new ColumnChunkPageWriteStore(
        compressor, columns, HeapByteBufferAllocator.getInstance(), TRUNCATE_BYTES, true);
  }

  /** Remembers the stream, which Parquet's writer leaves open when a write to it fails. */
  private static final class RememberedStream implements OutputFile {
    private final OutputFile file;
    private @Nullable PositionOutputStream stream;

    RememberedStream(OutputFile file) {
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

    long write(byte[] bytes) throws IOException {
      PositionOutputStream open = Objects.requireNonNull(stream);
      long position = open.getPos();
      open.write(bytes);
      return position;
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
