package dev.firn.maintenance.rewrite;

import java.util.List;
import org.apache.iceberg.Metrics;

/**
 * A file that was written, closed, read back and proved.
 *
 * @param bytes the length of the file
 * @param metrics for the manifest entry
 * @param splitOffsets where the row groups start
 * @param sorted whether the file as a whole was read back in the order that was asked for
 */
public record RewrittenFile(
    String name, long rows, long bytes, Metrics metrics, List<Long> splitOffsets, boolean sorted) {
  public RewrittenFile {
    splitOffsets = List.copyOf(splitOffsets);
  }
}
