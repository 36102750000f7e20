package dev.firn.maintenance.rewrite;

import java.util.List;
import org.apache.iceberg.Metrics;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * A file that was written, closed, read back and proved.
 *
 * @param bytes the length of the file
 * @param footer as it was read back
 * @param metrics for the manifest entry
 * @param splitOffsets where the row groups start
 */
public record RewrittenFile(
    String name,
    long rows,
    long bytes,
    ParquetMetadata footer,
    Metrics metrics,
    List<Long> splitOffsets) {
  public RewrittenFile {
    splitOffsets = List.copyOf(splitOffsets);
  }
}
