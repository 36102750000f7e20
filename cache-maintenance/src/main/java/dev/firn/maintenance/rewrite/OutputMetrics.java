package dev.firn.maintenance.rewrite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.PrimitiveType;

/**
 * The metrics of an output for its manifest entry: Iceberg's own, from the footer, with the counts
 * added that it cannot know of columns without statistics or whose statistics it does not trust. As
 * Iceberg does, nothing is told about fields inside lists and maps.
 */
final class OutputMetrics {
  private OutputMetrics() {}

  static Metrics of(
      Schema table,
      ParquetMetadata footer,
      MetricsConfig config,
      List<ColumnDescriptor> leaves,
      ColumnTally tally) {
    Map<Integer, PrimitiveType> expected = types(table);
    Stream<FieldMetrics<?>> counts =
        IntStream.range(0, leaves.size())
            .filter(i -> leaves.get(i).getPrimitiveType().getId() != null)
            .filter(i -> lacksStatistics(footer, i) || isKeptAsItWas(leaves.get(i), expected))
            .mapToObj(
                i ->
                    new FieldMetrics<Object>(
                        leaves.get(i).getPrimitiveType().getId().intValue(),
                        tally.values(i),
                        tally.nulls(i)));
    return ParquetUtil.footerMetrics(footer, counts, config);
  }

  /** What Iceberg stores the leaves of a table as, by field id. */
  static Map<Integer, PrimitiveType> types(Schema table) {
    Map<Integer, PrimitiveType> types = new HashMap<>();
    for (ColumnDescriptor leaf : ParquetSchemaUtil.convert(table, "table").getColumns()) {
      if (leaf.getPrimitiveType().getId() != null) {
        types.put(leaf.getPrimitiveType().getId().intValue(), leaf.getPrimitiveType());
      }
    }
    return types;
  }

  /**
   * Whether a column has another type than Iceberg would have given it: milliseconds, say, where
   * the table has microseconds. Its minima and maxima are not those of the table's type.
   */
  static boolean isKeptAsItWas(ColumnDescriptor leaf, Map<Integer, PrimitiveType> expected) {
    PrimitiveType type = leaf.getPrimitiveType();
    PrimitiveType other = expected.get(type.getId().intValue());
    return other == null
        || type.getPrimitiveTypeName() != other.getPrimitiveTypeName()
        || type.getTypeLength() != other.getTypeLength()
        || !Objects.equals(type.getLogicalTypeAnnotation(), other.getLogicalTypeAnnotation());
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
