package dev.firn.core.parquet;

import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** What is in a {@link FlatFile} that was written. */
public record FlatFooter(int rows, List<Chunk> chunks) {
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
  }

  /** Of a column; empty if none were to be kept. */
  public Statistics<?> statistics(int leaf) {
    return chunks.get(leaf).statistics();
  }

  /** What a column takes. */
  public long bytes(int leaf) {
    return chunks.get(leaf).bytes();
  }

  /** Where the row group begins. */
  public long start() {
    return chunks.get(0).start();
  }
}
