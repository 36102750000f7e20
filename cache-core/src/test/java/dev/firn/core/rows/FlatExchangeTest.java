package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.rows.RowFiles.Written;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of few plain rows against those that Parquet's own writers make of the same rows: as
 * Iceberg, Parquet and DuckDB read them, and as Iceberg is told of them.
 */
class FlatExchangeTest {
  private static final int FILES = Boolean.getBoolean("firn.soak") ? 200 : 3;

  @TempDir Path directory;
  private RowFiles files;
  private ExchangeEncoder flat;
  private ExchangeEncoder usual;
  private Connection duckDb;

  @BeforeEach
  void open() throws SQLException {
    duckDb = DriverManager.getConnection("jdbc:duckdb:");
    files = new RowFiles(directory);
    flat = new ExchangeEncoder();
    usual = new ExchangeEncoder(-1);
  }

  @AfterEach
  void close() throws SQLException {
    flat.close();
    usual.close();
    duckDb.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void itHoldsWhatParquetsOwnWritersWouldHaveWritten(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < FILES; i++) {
      Schema schema = FlatRows.schema(random);
      int[] sizes = {1, 2, 5, 7, 8, 9, 63, 64, 65, 255, 256, 504, 505, 1 + random.nextInt(256)};
      for (int second = 0; second < 2; second++) {
        isTheSame(
            schema,
            FlatRows.rows(random, schema, sizes[random.nextInt(sizes.length)]),
            metrics(random));
      }
    }
  }

  @Test
  void itHoldsTheSameUpToItsMostRowsWithAndWithoutNulls() throws Exception {
    Random random = new Random(9);
    for (int rows : new int[] {503, 504, 505, 511, 512}) {
      Schema schema = FlatRows.schema(random);
      isTheSame(schema, FlatRows.rows(random, schema, rows), metrics(random));
    }
  }

  private void isTheSame(Schema schema, List<ObjectNode> rows, MetricsConfig metrics)
      throws Exception {
    Written written = files.write(flat, schema, SortOrder.unsorted(), rows, metrics);
    Written expected = files.write(usual, schema, SortOrder.unsorted(), rows, metrics);

    assertThat(files.footer(written).getFileMetaData().getCreatedBy()).startsWith("firn");
    assertThat(files.footer(expected).getFileMetaData().getCreatedBy()).startsWith("parquet-mr");
    assertThat(files.read(written)).isEqualTo(files.read(expected)).hasSameSizeAs(rows);
    assertThat(written.file().bytes()).isEqualTo(Files.size(written.path()));
    assertThat(written.file().bytes()).isLessThan(expected.file().bytes());
    assertThat(written.file().rows()).isEqualTo(rows.size());
    assertThat(written.file().rescuedValues()).isEqualTo(expected.file().rescuedValues());
    assertThat(written.file().splitOffsets()).isEqualTo(expected.file().splitOffsets());
    hasTheSameFooter(files.footer(written), files.footer(expected));
    tellsTheSame(written.file().metrics(), expected.file().metrics());
    tellsTheSame(metricsOf(written), metricsOf(expected));
    pagesAreWhatTheFooterSays(written);
    holdsTheSameForDuckDb(written, expected);
  }

  private void holdsTheSameForDuckDb(Written written, Written expected) throws SQLException {
    String difference =
        """
        SELECT count(*) FROM (
          (FROM read_parquet('%1$s') EXCEPT ALL FROM read_parquet('%2$s'))
          UNION ALL (FROM read_parquet('%2$s') EXCEPT ALL FROM read_parquet('%1$s')))
        """
            .formatted(written.path(), expected.path());
    try (Statement statement = duckDb.createStatement();
        ResultSet counted = statement.executeQuery(difference)) {
      assertThat(counted.next()).isTrue();
      assertThat(counted.getLong(1)).isZero();
    }
  }

  private static MetricsConfig metrics(Random random) {
    List<String> modes = List.of("truncate(16)", "truncate(2)", "full", "counts", "none");
    Map<String, String> properties = new HashMap<>();
    properties.put(TableProperties.DEFAULT_WRITE_METRICS_MODE, modes.get(random.nextInt(5)));
    for (int i = 0; i < 10; i++) {
      String column = i % 5 == 4 ? "größe " + i + "." : "c" + i;
      properties.put(
          TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + column, modes.get(random.nextInt(5)));
    }
    return random.nextInt(3) == 0
        ? MetricsConfig.getDefault()
        : MetricsConfig.from(properties, null, null);
  }

  private static void hasTheSameFooter(ParquetMetadata footer, ParquetMetadata expected) {
    assertThat(footer.getFileMetaData().getSchema())
        .isEqualTo(expected.getFileMetaData().getSchema());
    assertThat(footer.getFileMetaData().getKeyValueMetaData()).containsOnlyKeys("firn.id");
    BlockMetaData block = footer.getBlocks().get(0);
    BlockMetaData expectedBlock = expected.getBlocks().get(0);
    assertThat(footer.getBlocks()).hasSize(1);
    assertThat(block.getRowCount()).isEqualTo(expectedBlock.getRowCount());
    for (int i = 0; i < block.getColumns().size(); i++) {
      ColumnChunkMetaData chunk = block.getColumns().get(i);
      ColumnChunkMetaData expectedChunk = expectedBlock.getColumns().get(i);
      assertThat(chunk.getPath()).isEqualTo(expectedChunk.getPath());
      assertThat(chunk.getPrimitiveType().getId())
          .isEqualTo(expectedChunk.getPrimitiveType().getId());
      assertThat(chunk.getPrimitiveType()).isEqualTo(expectedChunk.getPrimitiveType());
      assertThat(chunk.getStatistics()).isEqualTo(expectedChunk.getStatistics());
      assertThat(chunk.getStatistics().isNumNullsSet())
          .isEqualTo(expectedChunk.getStatistics().isNumNullsSet());
      assertThat(chunk.getValueCount()).isEqualTo(expectedChunk.getValueCount());
      assertThat(chunk.hasDictionaryPage()).isEqualTo(expectedChunk.hasDictionaryPage());
      assertThat(chunk.getEncodingStats().hasDictionaryEncodedPages())
          .isEqualTo(chunk.hasDictionaryPage())
          .isEqualTo(chunk.getEncodings().contains(Encoding.RLE_DICTIONARY));
      assertThat(chunk.getTotalSize()).isLessThanOrEqualTo(expectedChunk.getTotalSize() + 100);
    }
  }

  private static void tellsTheSame(Metrics metrics, Metrics expected) {
    assertThat(metrics.recordCount()).isEqualTo(expected.recordCount());
    assertThat(metrics.valueCounts()).isEqualTo(expected.valueCounts());
    assertThat(metrics.nullValueCounts()).isEqualTo(expected.nullValueCounts());
    assertThat(metrics.nanValueCounts()).isEqualTo(expected.nanValueCounts());
    assertThat(metrics.lowerBounds()).isEqualTo(expected.lowerBounds());
    assertThat(metrics.upperBounds()).isEqualTo(expected.upperBounds());
    assertThat(metrics.columnSizes().keySet()).isEqualTo(expected.columnSizes().keySet());
  }

  /** What a publisher is told that knows nothing but the file. */
  private Metrics metricsOf(Written written) throws Exception {
    return ParquetUtil.footerMetrics(
        files.footer(written), Stream.empty(), MetricsConfig.getDefault());
  }

  /** Sizes, checksums and counts of every page, as Parquet's reader finds them. */
  private static void pagesAreWhatTheFooterSays(Written written) throws Exception {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .usePageChecksumVerification()
            .build();
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(new LocalDisk(), written.path()), options)) {
      long end = 4;
      for (ColumnChunkMetaData chunk : reader.getFooter().getBlocks().get(0).getColumns()) {
        assertThat(chunk.getStartingPos()).isEqualTo(end);
        end += chunk.getTotalSize();
        assertThat(chunk.getTotalUncompressedSize() - chunk.getTotalSize())
            .matches(
                saved -> saved == 0 == (chunk.getCodec() == CompressionCodecName.UNCOMPRESSED));
      }
      assertThat(reader.getFooter().getBlocks().get(0).getCompressedSize()).isEqualTo(end - 4);
      PageReadStore group = reader.readNextRowGroup();
      for (var leaf : reader.getFooter().getFileMetaData().getSchema().getColumns()) {
        PageReader pages = group.getPageReader(leaf);
        pages.readDictionaryPage();
        DataPage page = pages.readPage();
        assertThat((long) page.getValueCount()).isEqualTo(written.file().rows());
        assertThat(pages.readPage()).isNull();
      }
    }
  }
}
