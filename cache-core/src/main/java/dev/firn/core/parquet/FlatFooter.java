package dev.firn.core.parquet;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.EncodingStats;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * What is in a {@link FlatFile} that was written, in few bytes; in Parquet's form when it is asked
 * for.
 */
public record FlatFooter(MessageType message, String createdBy, int rows, List<Chunk> chunks) {
  public FlatFooter {
    chunks = List.copyOf(chunks);
  }

  /**
   * A column.
   *
   * @param start its first byte, of its dictionary if it has one
   * @param dataPage the first byte of its page
   * @param uncompressedBytes of its pages with their headers
   * @param bytes the same as they are stored
   */
  record Chunk(
      ColumnDescriptor leaf,
      CompressionCodecName codec,
      Statistics<?> statistics,
      long start,
      long dataPage,
      long uncompressedBytes,
      long bytes) {

    boolean hasDictionary() {
      return dataPage > start;
    }

    ColumnChunkMetaData metadata(int rows) {
      EncodingStats.Builder pages = new EncodingStats.Builder();
      if (hasDictionary()) {
        pages.addDictEncoding(Encoding.PLAIN).addDataEncoding(Encoding.RLE_DICTIONARY);
      } else {
        pages.addDataEncoding(Encoding.PLAIN);
      }
      return ColumnChunkMetaData.get(
          ColumnPath.get(leaf.getPath()),
          leaf.getPrimitiveType(),
          codec,
          pages.build(),
          hasDictionary()
              ? Set.of(Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY)
              : Set.of(Encoding.PLAIN, Encoding.RLE),
          statistics,
          dataPage,
          hasDictionary() ? start : 0,
          rows,
          bytes,
          uncompressedBytes);
    }
  }

  /** Without what was added to the file's own metadata. */
  public ParquetMetadata metadata() {
    BlockMetaData block = new BlockMetaData();
    block.setRowCount(rows);
    long bytes = 0;
    for (Chunk chunk : chunks) {
      block.addColumn(chunk.metadata(rows));
      bytes += chunk.uncompressedBytes();
    }
    block.setTotalByteSize(bytes);
    return new ParquetMetadata(new FileMetaData(message, Map.of(), createdBy), List.of(block));
  }

  /** Where the row group begins. */
  public long start() {
    return chunks.get(0).start();
  }
}
