package dev.firn.core.rows;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * How many values and nulls each leaf of a file has. Iceberg takes its metrics from the footer;
 * where that has no statistics these counts stand in.
 */
final class FileCounts {
  private final List<ColumnDescriptor> leaves;
  private final long[] values;
  private final long[] nulls;

  FileCounts(List<ColumnDescriptor> leaves) {
    this.leaves = leaves;
    this.values = new long[leaves.size()];
    this.nulls = new long[leaves.size()];
  }

  int leaves() {
    return values.length;
  }

  long values(int leaf) {
    return values[leaf];
  }

  long nulls(int leaf) {
    return nulls[leaf];
  }

  /** Adds a row group. */
  void add(LeafSink[] sinks) {
    for (int i = 0; i < sinks.length; i++) {
      values[i] += sinks[i].values();
      nulls[i] += sinks[i].nulls();
    }
  }

  Metrics metrics(ParquetMetadata footer, MetricsConfig config) {
    Stream<FieldMetrics<?>> counts =
        IntStream.range(0, values.length)
            .filter(i -> leaves.get(i).getPrimitiveType().getId() != null)
            .filter(i -> lacksStatistics(footer, i))
            .mapToObj(
                i ->
                    new FieldMetrics<Object>(
                        leaves.get(i).getPrimitiveType().getId().intValue(), values[i], nulls[i]));
    return ParquetUtil.footerMetrics(footer, counts, config);
  }

  private static boolean lacksStatistics(ParquetMetadata footer, int leaf) {
    for (BlockMetaData block : footer.getBlocks()) {
      Statistics<?> statistics = block.getColumns().get(leaf).getStatistics();
      if (statistics == null || statistics.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
