package dev.firn.maintenance.rewrite;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.jspecify.annotations.Nullable;

/**
 * One column chunk, read whole and compressed into memory, its pages decompressed one by one as the
 * column is read. Page checksums are verified where the file has them.
 *
 * <p>Does not close the stream that it reads from. Page statistics are not looked at: an unnamed
 * writer makes Parquet skip them, and saves it from failing to parse a writer's unusual name at
 * every page.
 */
final class ColumnChunkReader implements Closeable {
  private final PageReadStore pages;
  private final ColumnReader reader;
  private final long entries;

  private ColumnChunkReader(PageReadStore pages, ColumnReader reader, long entries) {
    this.pages = pages;
    this.reader = reader;
    this.entries = entries;
  }

  ColumnReader reader() {
    return reader;
  }

  /** How many entries the chunk holds, nulls included. */
  long entries() {
    return entries;
  }

  /**
   * @throws IOException or a runtime exception if the chunk cannot be read
   */
  static ColumnChunkReader open(
      InputFile file,
      SeekableInputStream stream,
      InputFooter footer,
      InputFooter.RowGroup group,
      int column,
      ParquetReadOptions options)
      throws IOException {
    ColumnDescriptor descriptor = footer.schema().leaves().get(column);
    ColumnChunkMetaData chunk =
        ColumnChunkMetaData.get(
            ColumnPath.get(descriptor.getPath()),
            descriptor.getPrimitiveType(),
            group.codecs()[column],
            null,
            Set.of(),
            Statistics.noopStats(descriptor.getPrimitiveType()),
            group.starts()[column],
            0,
            group.valueCounts()[column],
            group.sizes()[column],
            group.sizes()[column]);
    BlockMetaData block = new BlockMetaData();
    block.setRowCount(group.rows());
    block.addColumn(chunk);
    ParquetMetadata metadata =
        new ParquetMetadata(
            new FileMetaData(footer.schema().type(), Map.of(), null), List.of(block));
    ParquetFileReader fileReader = new ParquetFileReader(file, metadata, options, stream);
    try {
      return open(fileReader.readRowGroup(0), descriptor, footer.writerVersion());
    } finally {
      fileReader.detachFileInputStream();
      fileReader.close();
    }
  }

  /**
   * @param pages closed with the reader, or at once if it cannot be opened
   */
  static ColumnChunkReader open(
      PageReadStore pages, ColumnDescriptor descriptor, @Nullable ParsedVersion writerVersion) {
    try {
      PageReader pageReader = pages.getPageReader(descriptor);
      ColumnReader reader =
          new ColumnReaderImpl(descriptor, pageReader, new PrimitiveConverter() {}, writerVersion);
      return new ColumnChunkReader(pages, reader, pageReader.getTotalValueCount());
    } catch (RuntimeException e) {
      pages.close();
      throw e;
    }
  }

  @Override
  public void close() {
    pages.close();
  }
}
