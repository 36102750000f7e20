package dev.firn.maintenance.rewrite;

import java.util.List;
import org.apache.iceberg.Metrics;

/**
 * A file that was written, closed, read back and proved.
 *
 * @param bytes the length of the file
 * @param metrics for the manifest entry
 * @param splitOffsets where the row groups start
 */
public record RewrittenFile(
    String name, long rows, long bytes, Metrics metrics, List<Long> splitOffsets) {
  public RewrittenFile {
    splitOffsets = List.copyOf(splitOffsets);
  }
}
