package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
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
  private static final List<Type> TYPES =
      List.of(
          Types.BooleanType.get(),
          Types.IntegerType.get(),
          Types.LongType.get(),
          Types.FloatType.get(),
          Types.DoubleType.get(),
          Types.DateType.get(),
          Types.TimeType.get(),
          Types.TimestampType.withZone(),
          Types.TimestampType.withoutZone(),
          Types.TimestampNanoType.withZone(),
          Types.DecimalType.of(9, 2),
          Types.DecimalType.of(18, 2),
          Types.DecimalType.of(30, 2),
          Types.StringType.get(),
          Types.UUIDType.get(),
          Types.FixedType.ofLength(3),
          Types.BinaryType.get());

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
      Schema schema = schema(random);
      int[] sizes = {1, 2, 5, 7, 8, 9, 63, 64, 65, 255, 256, 504, 505, 1 + random.nextInt(256)};
      for (int second = 0; second < 2; second++) {
        isTheSame(
            schema, rows(random, schema, sizes[random.nextInt(sizes.length)]), metrics(random));
      }
    }
  }

  @Test
  void itHoldsTheSameUpToItsMostRowsWithAndWithoutNulls() throws Exception {
    Random random = new Random(9);
    for (int rows : new int[] {503, 504, 505, 511, 512}) {
      Schema schema = schema(random);
      isTheSame(schema, rows(random, schema, rows), metrics(random));
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

  private static Schema schema(Random random) {
    List<Types.NestedField> fields = new ArrayList<>();
    int columns = random.nextInt(4) == 0 ? TYPES.size() : 1 + random.nextInt(20);
    for (int i = 0; i < columns; i++) {
      Type type = columns == TYPES.size() ? TYPES.get(i) : TYPES.get(random.nextInt(TYPES.size()));
      String name = i % 5 == 4 ? "größe " + i + "." : "c" + i;
      fields.add(
          random.nextInt(3) > 0
              ? Types.NestedField.optional(3 * i + 1, name, type)
              : Types.NestedField.required(3 * i + 1, name, type));
    }
    fields.add(Types.NestedField.optional(1000, "_rescued", Types.StringType.get()));
    return new Schema(fields);
  }

  private static List<ObjectNode> rows(Random random, Schema schema, int count) {
    List<ObjectNode> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(RowFiles.JSON.createObjectNode());
    }
    for (Types.NestedField field : schema.columns()) {
      int nulls = field.isRequired() ? 0 : random.nextInt(4);
      int distinct = random.nextInt(3) == 0 ? 2 : 1000;
      List<JsonNode> before = new ArrayList<>();
      for (ObjectNode row : rows) {
        boolean isNull =
            switch (nulls) {
              case 0 -> false;
              case 1 -> random.nextBoolean();
              case 2 -> random.nextInt(50) > 0;
              default -> true;
            };
        if (isNull || field.fieldId() == 1000) {
          continue;
        }
        if (before.size() < distinct) {
          before.add(RowFiles.json(value(random, field.type(), distinct)));
        }
        JsonNode value = before.get(random.nextInt(before.size()));
        row.set(field.name(), value);
        if (random.nextInt(2000) == 0) {
          row.put("unknown", 1);
        }
      }
    }
    return rows;
  }

  private static String value(Random random, Type type, int distinct) {
    return switch (type.typeId()) {
      case BOOLEAN -> String.valueOf(random.nextBoolean());
      case INTEGER -> String.valueOf(any(random, random.nextInt(), Integer.MIN_VALUE, 0));
      case LONG -> String.valueOf(any(random, random.nextLong(), Long.MIN_VALUE, Long.MAX_VALUE));
      case FLOAT ->
          any(random, String.valueOf(random.nextInt(1 << 20)), "\"NaN\"", "-0.0", "\"Infinity\"");
      case DOUBLE ->
          any(random, String.valueOf(random.nextInt() / 8.0), "\"NaN\"", "-0.0", "0.0", "5e-324");
      case DATE -> "\"2026-02-%02d\"".formatted(1 + random.nextInt(28));
      case TIME -> "\"10:15:%02d.5\"".formatted(random.nextInt(60));
      case TIMESTAMP -> "\"1969-12-31T23:59:%02d.000001".formatted(random.nextInt(60)) + zone(type);
      case TIMESTAMP_NANO -> "\"2026-12-31T23:59:%02d.000000001Z\"".formatted(random.nextInt(60));
      case DECIMAL -> (random.nextInt(2_000_000) - 1_000_000) / 100 + ".25";
      case STRING -> text(random, distinct);
      case UUID -> "\"" + new UUID(random.nextLong(), random.nextLong()) + "\"";
      case FIXED -> "\"" + base64(random, 3) + "\"";
      case BINARY -> "\"" + base64(random, random.nextInt(80)) + "\"";
      default -> throw new AssertionError(type);
    };
  }

  @SafeVarargs
  private static <T> T any(Random random, T usual, T... rare) {
    return random.nextInt(8) > 0 ? usual : rare[random.nextInt(rare.length)];
  }

  private static String zone(Type type) {
    return ((Types.TimestampType) type).shouldAdjustToUTC() ? "Z\"" : "\"";
  }

  /** Empty ones, such that are cut for statistics, and now and then one that gets none. */
  private static String text(Random random, int distinct) {
    String end = "\uffff".repeat(random.nextInt(3)) + "\ud83d\ude00";
    int length = random.nextInt(200) == 0 && distinct == 2 ? 2000 : random.nextInt(90);
    return any(random, "\"" + "x".repeat(length) + random.nextInt() + end + "\"", "\"\"");
  }

  private static String base64(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    if (random.nextInt(5) == 0) {
      Arrays.fill(bytes, (byte) -1);
    }
    return Base64.getEncoder().encodeToString(bytes);
  }
}
