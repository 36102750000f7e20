package dev.firn.maintenance.rewrite;

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
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * The metrics of an output for its manifest entry: Iceberg's own, from the footer, with the counts
 * added that it cannot know of columns without statistics or whose statistics it does not trust. As
 * Iceberg does, nothing is told about fields inside lists and maps.
 */
final class OutputMetrics {
  private OutputMetrics() {}

  static Metrics of(
      ParquetMetadata footer,
      MetricsConfig config,
      List<ColumnDescriptor> leaves,
      ColumnTally tally) {
    Stream<FieldMetrics<?>> counts =
        IntStream.range(0, leaves.size())
            .filter(i -> leaves.get(i).getPrimitiveType().getId() != null)
            .filter(
                i ->
                    leaves.get(i).getPrimitiveType().getPrimitiveTypeName()
                            == PrimitiveTypeName.INT96
                        || lacksStatistics(footer, i))
            .mapToObj(
                i ->
                    new FieldMetrics<Object>(
                        leaves.get(i).getPrimitiveType().getId().intValue(),
                        tally.values(i),
                        tally.nulls(i)));
    return ParquetUtil.footerMetrics(footer, counts, config);
  }

  private static boolean lacksStatistics(ParquetMetadata footer, int column) {
    for (BlockMetaData block : footer.getBlocks()) {
      Statistics<?> statistics = block.getColumns().get(column).getStatistics();
      if (statistics == null || statistics.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
