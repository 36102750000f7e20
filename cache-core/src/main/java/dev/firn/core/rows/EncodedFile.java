package dev.firn.core.rows;

import java.util.List;
import java.util.function.Supplier;
import org.apache.iceberg.Metrics;

/**
 * A data file as it was written.
 *
 * @param measured what its metrics are computed from
 * @param splitOffsets where its row groups begin
 * @param rescuedValues how many values went into the rescue column
 * @param sorted whether its rows are in the order that was asked for; false if none was
 */
public record EncodedFile(
    long rows,
    long bytes,
    Measured measured,
    List<Long> splitOffsets,
    long rescuedValues,
    boolean sorted) {
  public EncodedFile {
    splitOffsets = List.copyOf(splitOffsets);
  }

  /** What Iceberg is to be told. Computed when it is asked for, which no append waits for. */
  public Metrics metrics() {
    return measured.metrics.get();
  }

  /** How many columns the metrics tell of. */
  public int columns() {
    return measured.columns;
  }

  /** What was written, and how it is told. */
  public static final class Measured {
    private final int columns;
    private final Supplier<Metrics> metrics;

    /**
     * @param metrics for any thread
     */
    Measured(int columns, Supplier<Metrics> metrics) {
      this.columns = columns;
      this.metrics = metrics;
    }
  }
}
