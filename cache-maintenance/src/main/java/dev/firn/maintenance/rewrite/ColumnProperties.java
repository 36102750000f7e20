package dev.firn.maintenance.rewrite;

import dev.firn.core.parquet.DistinctValuesWriter;
import dev.firn.core.parquet.ParquetFileOutput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.factory.ValuesWriterFactory;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * How a column chunk is encoded.
 *
 * <p>By default a dictionary is given up at 1 MB and a page ends at 1 MB of values before encoding.
 * That is 256 values of 4 KB, but eight of 128 KB: with nine distinct texts of 128 KB the
 * dictionary is lost, and each text is then written as often as it occurs, a hundred times an
 * exchange. Two kinds of binary chunk therefore get one page and a dictionary as large as they
 * need, see {@link DistinctValuesWriter}:
 *
 * <ul>
 *   <li>{@link #FAT}: the values take {@value #FAT_VALUE_BYTES} bytes or more on average, a
 *       repeated value of a dictionary counted once. No minima and maxima either, which cost two
 *       comparisons of such a value a row and help no query.
 *   <li>{@link #REPETITIVE}: the values are smaller, but written out they would take more than a
 *       whole batch may. 400 distinct texts of 3 KB are 1.2 MB, too much for the default
 *       dictionary, and on 100,000 rows 300 MB.
 * </ul>
 *
 * Everything else is {@link #USUAL}: forty distinct texts of 3 KB are a dictionary of 120 KB.
 */
enum ColumnProperties {
  USUAL(ParquetFileOutput.properties()),
  REPETITIVE(onePage()),
  FAT(onePage().withStatisticsEnabled(false));

  static final int FAT_VALUE_BYTES = 4096;

  private final ParquetProperties properties;

  ColumnProperties(ParquetProperties.Builder properties) {
    this.properties = properties.build();
  }

  /**
   * @param averageValueBytes see {@link PageScan.ChunkSize}
   * @param values how many entries the batch's inputs hold
   */
  static ColumnProperties of(
      ColumnDescriptor column, double averageValueBytes, double values, long batchBytes) {
    if (column.getPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.BINARY) {
      return USUAL;
    }
    if (averageValueBytes >= FAT_VALUE_BYTES) {
      return FAT;
    }
    return averageValueBytes * values > batchBytes ? REPETITIVE : USUAL;
  }

  ParquetProperties properties() {
    return properties;
  }

  private static ParquetProperties.Builder onePage() {
    return ParquetFileOutput.properties()
        .withPageSize(Integer.MAX_VALUE)
        .withPageRowCountLimit(Integer.MAX_VALUE)
        .withPageValueCountThreshold(Integer.MAX_VALUE)
        .withValuesWriterFactory(new FatValues());
  }

  private static final class FatValues implements ValuesWriterFactory {
    @Override
    public void initialize(ParquetProperties properties) {}

    @Override
    public ValuesWriter newValuesWriter(ColumnDescriptor descriptor) {
      return new DistinctValuesWriter();
    }
  }
}
