package dev.firn.core.rows;

import dev.firn.core.parquet.DistinctValuesWriter;
import dev.firn.core.parquet.FlatFile;
import dev.firn.core.parquet.ParquetFileOutput;
import java.util.BitSet;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.factory.DefaultV1ValuesWriterFactory;
import org.apache.parquet.column.values.factory.ValuesWriterFactory;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * How the columns of a row group are encoded: binaries by {@link DistinctValuesWriter}, all else by
 * Parquet's own writers. In a group of a few rows these write no dictionaries: a page with its
 * header costs more than the numbers in it, and of 200 rows they save one byte in a hundred.
 */
final class ColumnEncodings {
  private static final int FEW_ROWS = FlatFile.MAX_ROWS;

  private final List<ColumnDescriptor> leaves;
  private BitSet knownFat = new BitSet();
  private ParquetProperties few;
  private ParquetProperties many;

  ColumnEncodings(List<ColumnDescriptor> leaves) {
    this.leaves = leaves;
    this.few = build(false);
    this.many = build(true);
  }

  /**
   * @param fat the leaves that get no minima and maxima
   */
  ParquetProperties properties(BitSet fat, int rows) {
    if (!fat.equals(knownFat)) {
      knownFat = fat;
      few = build(false);
      many = build(true);
    }
    return rows <= FEW_ROWS ? few : many;
  }

  private ParquetProperties build(boolean dictionaries) {
    ParquetProperties.Builder builder =
        ParquetFileOutput.properties()
            .withSizeStatisticsEnabled(false)
            .withDictionaryEncoding(dictionaries)
            // The rows of a group are told when all columns are there: each has one page.
            .withPageRowCountLimit(RowGroups.MAX_ROWS + 1)
            .withMinRowCountForPageSizeCheck(RowGroups.MAX_ROWS + 1)
            .withMaxRowCountForPageSizeCheck(RowGroups.MAX_ROWS + 1)
            .withValuesWriterFactory(new Writers());
    for (int leaf = knownFat.nextSetBit(0); leaf >= 0; leaf = knownFat.nextSetBit(leaf + 1)) {
      builder.withStatisticsEnabled(String.join(".", leaves.get(leaf).getPath()), false);
    }
    return builder.build();
  }

  /**
   * Parquet's default factory is not used: its settings are those that anybody in the JVM set last.
   */
  private static final class Writers implements ValuesWriterFactory {
    private final DefaultV1ValuesWriterFactory others = new DefaultV1ValuesWriterFactory();

    @Override
    public void initialize(ParquetProperties properties) {
      others.initialize(properties);
    }

    @Override
    public ValuesWriter newValuesWriter(ColumnDescriptor descriptor) {
      return descriptor.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
          ? new DistinctValuesWriter()
          : others.newValuesWriter(descriptor);
    }
  }
}
