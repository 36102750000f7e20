package dev.firn.core.rows;

import java.util.List;
import org.apache.iceberg.Metrics;

/**
 * A data file as it was written.
 *
 * @param splitOffsets where its row groups begin
 * @param rescuedValues how many values went into the rescue column
 * @param sorted whether its rows are in the order that was asked for; false if none was
 */
public record EncodedFile(
    long rows,
    long bytes,
    Metrics metrics,
    List<Long> splitOffsets,
    long rescuedValues,
    boolean sorted) {
  public EncodedFile {
    splitOffsets = List.copyOf(splitOffsets);
  }

  /** How many columns the metrics tell of. */
  public int columns() {
    return metrics.columnSizes() == null ? 0 : metrics.columnSizes().size();
  }
}
