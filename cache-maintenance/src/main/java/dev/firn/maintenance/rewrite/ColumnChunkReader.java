package dev.firn.maintenance.rewrite;

import java.io.Closeable;
import java.io.IOException;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one column chunk page by page: its dictionary and one page are in memory. Page checksums
 * are verified where the file has them.
 */
final class ColumnChunkReader implements Closeable {
  private final ColumnReader reader;
  private final long entries;
  private final long rowsSkipped;
  private final Closeable whenClosed;

  private ColumnChunkReader(
      ColumnReader reader, long entries, long rowsSkipped, Closeable whenClosed) {
    this.reader = reader;
    this.entries = entries;
    this.rowsSkipped = rowsSkipped;
    this.whenClosed = whenClosed;
  }

  ColumnReader reader() {
    return reader;
  }

  /** How many entries the reader has, nulls included. */
  long entries() {
    return entries;
  }

  /** How many rows there are before the reader's first. */
  long rowsSkipped() {
    return rowsSkipped;
  }

  /**
   * @param fromRow rows before this one are not wanted; {@link #rowsSkipped} tells how many of them
   *     could be left out
   * @param whenClosed closed with the reader, or at once if it cannot be opened
   * @throws IOException or a runtime exception if the chunk cannot be read
   */
  static ColumnChunkReader open(
      SeekableInputStream stream,
      InputFooter.Chunk chunk,
      ColumnDescriptor column,
      long fromRow,
      @Nullable ParsedVersion writerVersion,
      CompressionCodecFactory codecs,
      Closeable whenClosed)
      throws IOException {
    try {
      PageStream pages =
          new PageStream(stream, chunk, column, codecs.getDecompressor(chunk.codec()));
      long skipped = fromRow == 0 ? 0 : pages.skipTo(fromRow);
      ColumnReader reader =
          new ColumnReaderImpl(column, pages, new PrimitiveConverter() {}, writerVersion);
      return new ColumnChunkReader(reader, pages.getTotalValueCount(), skipped, whenClosed);
    } catch (IOException | RuntimeException e) {
      try {
        whenClosed.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    whenClosed.close();
  }
}
