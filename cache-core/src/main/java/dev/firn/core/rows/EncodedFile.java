package dev.firn.core.rows;

import java.util.List;
import java.util.function.Supplier;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

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
    return measured.counts.metrics(measured.footer.get(), measured.config);
  }

  /** How many columns the metrics tell of. */
  public int columns() {
    return measured.counts.leaves();
  }

  /** A file's footer, and what it lacks. */
  public static final class Measured {
    private final FileCounts counts;
    private final Supplier<ParquetMetadata> footer;
    private final MetricsConfig config;

    Measured(FileCounts counts, Supplier<ParquetMetadata> footer, MetricsConfig config) {
      this.counts = counts;
      this.footer = footer;
      this.config = config;
    }
  }
}
