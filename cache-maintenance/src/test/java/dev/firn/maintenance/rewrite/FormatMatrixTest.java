package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every encoding, page version, codec and type, as three writers make them: the entries are equal
 * by hash before and after, and the rows are as DuckDB reads them.
 */
final class FormatMatrixTest {
  /** Cuts row groups of the inputs, so that batches start inside their chunks. */
  private static final RewriteLimits LIMITS = new RewriteLimits(32 << 20, 400, 1 << 30, true);

  private static final Encoding PLAIN_DICTIONARY = Encoding.valueOf("PLAIN_DICTIONARY");

  private static DuckDb duckDb;

  @TempDir Path directory;

  @BeforeAll
  static void open() throws SQLException {
    duckDb = new DuckDb();
  }

  @AfterAll
  static void close() throws SQLException {
    duckDb.close();
  }

  private static final String DUCKDB_ROWS =
      """
      SELECT
        CASE WHEN i % 7 > 0 THEN i % 3 = 0 END AS bool,
        CASE WHEN i % 7 > 1 THEN (i % 256 - 128)::TINYINT END AS i8,
        (i * 31 % 65536 - 32768)::SMALLINT AS i16,
        CASE WHEN i % 5 > 0 THEN (i * 7919 - 3000000)::INTEGER END AS i32,
        (i * 1000003 * 1000003 - 4000000000000)::BIGINT AS i64,
        (i % 256)::UTINYINT AS u8,
        (i * 31 % 65536)::USMALLINT AS u16,
        (4294967295 - i)::UINTEGER AS u32,
        CASE i % 9 WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' WHEN 2 THEN '-0.0'
          ELSE (i / 7.0)::VARCHAR END::FLOAT AS f32,
        CASE WHEN i % 9 > 0 THEN i / 7.0 END::DOUBLE AS f64,
        (i % 1000 / 10.0)::DECIMAL(4,1) AS d4,
        (i * 3.25)::DECIMAL(9,2) AS d9,
        (i * -12345.678)::DECIMAL(18,3) AS d18,
        (i * 1234567890123456789.1234::DECIMAL(38,4))::DECIMAL(38,4) AS d38,
        DATE '1969-01-01' + i::INTEGER AS day,
        TIME '00:00:00.000001' + INTERVAL (i) SECOND AS tim,
        TIMESTAMP '1969-12-31 23:00:00.123456' + INTERVAL (i * 7) SECOND AS ts,
        (TIMESTAMP '1969-12-31 23:00:00' + INTERVAL (i) SECOND)::TIMESTAMP_MS AS ts_ms,
        (TIMESTAMP '1969-12-31 23:00:00' + INTERVAL (i) SECOND)::TIMESTAMP_NS AS ts_ns,
        TIMESTAMPTZ '1969-12-31 23:00:00.5Z' + INTERVAL (i) SECOND AS tstz,
        CASE WHEN i % 4 > 0 THEN 'text ' || (i % 17) END AS few,
        CASE WHEN i % 4 > 0 THEN 'prefix that is shared ' || md5(i::VARCHAR) END AS many,
        CASE WHEN i % 4 > 1 THEN repeat('fat ' || (i % 3), 1000) END AS fat,
        md5(i::VARCHAR)::BLOB AS blob,
        md5(i::VARCHAR)::UUID AS uuid,
        (['red', 'green', 'blue'])[1 + i % 3]::ENUM('red', 'green', 'blue') AS color,
        CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [i, NULL, i + 1] END AS list,
        CASE WHEN i % 3 > 0 THEN {'x': i, 'y': CASE WHEN i % 2 = 0 THEN 'y' || i END} END AS struct,
        CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN MAP {} ELSE MAP {'a': [i, 2], 'b': NULL} END AS map,
        [[{'deep': i % 10}], []] AS nested
      FROM range(1500) t(i)
      """;

  private static final String DUCKDB_IDS =
      """
      {bool: 1, i8: 2, i16: 3, i32: 4, i64: 5, u8: 6, u16: 7, u32: 8, f32: 10, f64: 11,
       d4: 12, d9: 13, d18: 14, d38: 15, day: 16, tim: 17, ts: 18, ts_ms: 19, ts_ns: 20, tstz: 21,
       few: 22, many: 23, fat: 24, blob: 25, uuid: 26, color: 28,
       list: {__duckdb_field_id: 29, element: 30},
       struct: {__duckdb_field_id: 31, x: 32, y: 33},
       map: {__duckdb_field_id: 34, key: 35, value: {__duckdb_field_id: 36, element: 37}},
       nested: {__duckdb_field_id: 38, element: {__duckdb_field_id: 39,
         element: {__duckdb_field_id: 40, deep: 41}}}}
      """;

  private static final Schema DUCKDB_SCHEMA =
      new Schema(
          optional(1, "bool", Types.BooleanType.get()),
          optional(2, "i8", Types.IntegerType.get()),
          optional(3, "i16", Types.IntegerType.get()),
          optional(4, "i32", Types.IntegerType.get()),
          optional(5, "i64", Types.LongType.get()),
          optional(6, "u8", Types.IntegerType.get()),
          optional(7, "u16", Types.IntegerType.get()),
          optional(8, "u32", Types.LongType.get()),
          optional(10, "f32", Types.FloatType.get()),
          optional(11, "f64", Types.DoubleType.get()),
          optional(12, "d4", Types.DecimalType.of(4, 1)),
          optional(13, "d9", Types.DecimalType.of(9, 2)),
          optional(14, "d18", Types.DecimalType.of(18, 3)),
          optional(15, "d38", Types.DecimalType.of(38, 4)),
          optional(16, "day", Types.DateType.get()),
          optional(17, "tim", Types.TimeType.get()),
          optional(18, "ts", Types.TimestampType.withoutZone()),
          optional(19, "ts_ms", Types.TimestampType.withoutZone()),
          optional(20, "ts_ns", Types.TimestampNanoType.withoutZone()),
          optional(21, "tstz", Types.TimestampType.withZone()),
          optional(22, "few", Types.StringType.get()),
          optional(23, "many", Types.StringType.get()),
          optional(24, "fat", Types.StringType.get()),
          optional(25, "blob", Types.BinaryType.get()),
          optional(26, "uuid", Types.UUIDType.get()),
          optional(28, "color", Types.StringType.get()),
          optional(29, "list", Types.ListType.ofOptional(30, Types.LongType.get())),
          optional(
              31,
              "struct",
              Types.StructType.of(
                  optional(32, "x", Types.LongType.get()),
                  optional(33, "y", Types.StringType.get()))),
          optional(
              34,
              "map",
              Types.MapType.ofOptional(
                  35,
                  36,
                  Types.StringType.get(),
                  Types.ListType.ofOptional(37, Types.IntegerType.get()))),
          optional(
              38,
              "nested",
              Types.ListType.ofOptional(
                  39,
                  Types.ListType.ofOptional(
                      40, Types.StructType.of(optional(41, "deep", Types.LongType.get()))))));

  @ParameterizedTest
  @CsvSource({
    "V1, uncompressed",
    "V1, snappy",
    "V1, brotli",
    "V2, gzip",
    "V2, zstd",
    "V2, lz4",
    "V2, lz4_raw",
    "V2, brotli"
  })
  void filesOfDuckDbPassThrough(String version, String codec) throws Exception {
    Path file = directory.resolve("in.parquet");
    duckDb.execute(
        "COPY ("
            + DUCKDB_ROWS
            + ") TO '"
            + file
            + "' (FORMAT parquet, PARQUET_VERSION "
            + version
            + ", COMPRESSION "
            + codec
            + ", FIELD_IDS "
            + DUCKDB_IDS
            + ")");
    assertThat(encodings(Files.readAllBytes(file)))
        .contains(version.equals("V1") ? PLAIN_DICTIONARY : Encoding.DELTA_LENGTH_BYTE_ARRAY);
    assertPassesThrough(DUCKDB_SCHEMA, file);
  }

  private static final String PARQUET_TYPE =
      """
      message m {
        optional boolean bool = 1;
        optional int32 i8 (INTEGER(8,true)) = 2;
        required int32 i16 (INTEGER(16,true)) = 3;
        optional int32 i32 = 4;
        optional int64 i64 (INTEGER(64,true)) = 5;
        optional int32 u8 (INTEGER(8,false)) = 6;
        optional int32 u16 (INTEGER(16,false)) = 7;
        optional int32 u32 (INTEGER(32,false)) = 8;
        optional float f32 = 9;
        optional double f64 = 10;
        optional fixed_len_byte_array(2) f16 (FLOAT16) = 11;
        optional int32 d32 (DECIMAL(7,2)) = 12;
        optional int64 d64 (DECIMAL(15,3)) = 13;
        optional fixed_len_byte_array(9) dfixed (DECIMAL(20,0)) = 14;
        optional binary dbinary (DECIMAL(20,0)) = 15;
        optional int32 day (DATE) = 16;
        optional int32 time_ms (TIME(MILLIS,true)) = 17;
        optional int64 time_us (TIME(MICROS,false)) = 18;
        optional int64 ts_ms (TIMESTAMP(MILLIS,false)) = 19;
        optional int64 ts_us (TIMESTAMP(MICROS,false)) = 20;
        optional int64 ts_ns (TIMESTAMP(NANOS,false)) = 21;
        optional int64 tz_ms (TIMESTAMP(MILLIS,true)) = 22;
        optional int64 tz_us (TIMESTAMP(MICROS,true)) = 23;
        optional int64 tz_ns (TIMESTAMP(NANOS,true)) = 24;
        optional int96 i96 = 25;
        optional fixed_len_byte_array(16) uuid (UUID) = 26;
        optional binary json (JSON) = 27;
        optional binary enum (ENUM) = 29;
        optional binary text (STRING) = 30;
        optional binary bytes = 31;
        optional fixed_len_byte_array(5) fixed = 32;
        optional binary fat (STRING) = 33;
        optional group two (LIST) = 34 { repeated int32 array = 35; }
        optional group three (LIST) = 36 { repeated group list { optional binary element (STRING) = 37; } }
        optional group map (MAP) = 38 {
          repeated group key_value {
            required binary key (STRING) = 39;
            optional group value = 40 { optional double x = 41; }
          }
        }
      }
      """;

  private static final Schema PARQUET_SCHEMA =
      new Schema(
          optional(1, "bool", Types.BooleanType.get()),
          optional(2, "i8", Types.IntegerType.get()),
          required(3, "i16", Types.IntegerType.get()),
          optional(4, "i32", Types.IntegerType.get()),
          optional(5, "i64", Types.LongType.get()),
          optional(6, "u8", Types.IntegerType.get()),
          optional(7, "u16", Types.IntegerType.get()),
          optional(8, "u32", Types.LongType.get()),
          optional(9, "f32", Types.FloatType.get()),
          optional(10, "f64", Types.DoubleType.get()),
          optional(11, "f16", Types.FixedType.ofLength(2)),
          optional(12, "d32", Types.DecimalType.of(7, 2)),
          optional(13, "d64", Types.DecimalType.of(15, 3)),
          optional(14, "dfixed", Types.DecimalType.of(20, 0)),
          optional(15, "dbinary", Types.DecimalType.of(20, 0)),
          optional(16, "day", Types.DateType.get()),
          optional(17, "time_ms", Types.TimeType.get()),
          optional(18, "time_us", Types.TimeType.get()),
          optional(19, "ts_ms", Types.TimestampType.withoutZone()),
          optional(20, "ts_us", Types.TimestampType.withoutZone()),
          optional(21, "ts_ns", Types.TimestampNanoType.withoutZone()),
          optional(22, "tz_ms", Types.TimestampType.withZone()),
          optional(23, "tz_us", Types.TimestampType.withZone()),
          optional(24, "tz_ns", Types.TimestampNanoType.withZone()),
          optional(25, "i96", Types.TimestampType.withZone()),
          optional(26, "uuid", Types.UUIDType.get()),
          optional(27, "json", Types.StringType.get()),
          optional(29, "enum", Types.StringType.get()),
          optional(30, "text", Types.StringType.get()),
          optional(31, "bytes", Types.BinaryType.get()),
          optional(32, "fixed", Types.FixedType.ofLength(5)),
          optional(33, "fat", Types.StringType.get()),
          optional(34, "two", Types.ListType.ofRequired(35, Types.IntegerType.get())),
          optional(36, "three", Types.ListType.ofOptional(37, Types.StringType.get())),
          optional(
              38,
              "map",
              Types.MapType.ofOptional(
                  39,
                  40,
                  Types.StringType.get(),
                  Types.StructType.of(optional(41, "x", Types.DoubleType.get())))));

  private static void fill(Group row, int i) {
    row.append("i16", i % 1000 - 500);
    if (i % 5 == 0) {
      return;
    }
    row.append("bool", i % 3 == 0).append("i8", i % 256 - 128).append("i32", i * -7919);
    row.append("i64", i * 1_000_003L).append("u8", i % 256).append("u16", i * 31 % 65536);
    row.append("u32", -1 - i).append("f32", i % 9 == 0 ? Float.NaN : i / 7f);
    row.append("f64", i % 9 == 1 ? -0.0 : i / 7.0).append("f16", binary(i, 2));
    row.append("d32", i * 99).append("d64", i * 1_000_003L * -7);
    row.append("dfixed", decimal(i)).append("dbinary", decimal(i));
    row.append("day", i - 100).append("time_ms", i * 1000).append("time_us", i * 1_000_001L);
    for (String unit : List.of("ms", "us", "ns")) {
      row.append("ts_" + unit, i * 60_000L - 1).append("tz_" + unit, i * -60_000L);
    }
    row.append("i96", new NanoTime(2_440_588 + i, i * 1000L));
    row.append("uuid", binary(i, 16)).append("fixed", binary(i % 10, 5));
    row.append("json", "{\"a\":" + i + "}").append("enum", "e" + i % 3);

    row.append("text", "prefix that is shared " + i * 7919).append("bytes", binary(i, i % 20));
    row.append("fat", "fat " + i % 4 + "x".repeat(5000));
    Group two = row.addGroup("two");
    Group three = row.addGroup("three");
    Group map = row.addGroup("map");
    for (int n = 0; n < i % 4; n++) {
      two.append("array", i + n);
      Group element = three.addGroup("list");
      Group entry = map.addGroup("key_value").append("key", "k" + n);
      if (n > 0) {
        element.append("element", "e" + n);
        Group value = entry.addGroup("value");
        if (n > 1) {
          value.append("x", i / 3.0);
        }
      }
    }
  }

  /** Nine bytes of at most twenty digits. */
  private static Binary decimal(int seed) {
    byte[] bytes = new byte[9];
    new Random(seed).nextBytes(bytes);
    bytes[0] = (byte) (bytes[0] >> 7);
    return Binary.fromConstantByteArray(bytes);
  }

  private static Binary binary(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return Binary.fromConstantByteArray(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "PARQUET_1_0, UNCOMPRESSED, dictionary",
    "PARQUET_1_0, GZIP, plain",
    "PARQUET_1_0, LZ4, dictionary",
    "PARQUET_1_0, LZ4_RAW, dictionary",
    "PARQUET_1_0, ZSTD, split",
    "PARQUET_2_0, SNAPPY, dictionary",
    "PARQUET_2_0, UNCOMPRESSED, plain",
    "PARQUET_2_0, LZ4, plain",
    "PARQUET_2_0, GZIP, split",
  })
  void filesOfParquetJavaPassThrough(
      WriterVersion version, CompressionCodecName codec, String encoding) throws Exception {
    ForeignFile file = ForeignFile.of(PARQUET_TYPE).version(version).codec(codec).pageBytes(4000);
    if (codec == CompressionCodecName.LZ4) {
      file.codecs(new HadoopLz4());
    }
    if (!encoding.equals("dictionary")) {
      file.withoutDictionary();
    }
    if (encoding.equals("split")) {
      file.byteStreamSplit();
    }
    for (int i = 0; i < 1200; i++) {
      int n = i;
      file.row(row -> fill(row, n));
    }
    byte[] bytes = file.write();
    assertThat(encodings(bytes)).containsAll(expected(version, encoding));
    Rewrites rewrites =
        Rewrites.rewrite(
            PARQUET_SCHEMA,
            LIMITS,
            List.of(Rewrites.input("a", bytes), Rewrites.input("b", bytes, 0, 5, 6, 1199)));
    List<String> rows = ForeignFile.read(bytes, codec == CompressionCodecName.LZ4);
    List<String> expected = new ArrayList<>(rows);
    for (int i = 0; i < rows.size(); i++) {
      if (i != 0 && i != 5 && i != 6 && i != 1199) {
        expected.add(rows.get(i));
      }
    }
    List<String> found = ForeignFile.read(rewrites.outputs.get("out-0").bytes());
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isEqualTo(expected.get(i));
    }
    if (codec != CompressionCodecName.LZ4) {
      Path path = directory.resolve("in.parquet");
      Files.write(path, bytes);
      assertPassesThrough(PARQUET_SCHEMA, path);
    }
  }

  private static Set<Encoding> expected(WriterVersion version, String encoding) {
    boolean first = version == WriterVersion.PARQUET_1_0;
    return switch (encoding) {
      case "dictionary" -> Set.of(first ? PLAIN_DICTIONARY : Encoding.RLE_DICTIONARY, Encoding.RLE);
      case "plain" ->
          first
              ? Set.of(Encoding.PLAIN)
              : Set.of(Encoding.DELTA_BINARY_PACKED, Encoding.DELTA_BYTE_ARRAY, Encoding.RLE);
      case "split" -> Set.of(Encoding.BYTE_STREAM_SPLIT);
      default -> throw new AssertionError(encoding);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd"})
  void filesOfIcebergPassThrough(String codec) throws IOException {
    byte[] bytes =
        Rewrites.write(
            NestedTable.SCHEMA,
            NestedTable.rows(3, 1000),
            "write.parquet.compression-codec",
            codec,
            "write.parquet.page-size-bytes",
            "2000");
    Rewrites rewrites =
        Rewrites.rewrite(NestedTable.SCHEMA, LIMITS, List.of(Rewrites.input("a", bytes)));
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(NestedTable.SCHEMA, bytes));
  }

  @Test
  void aCodecThatFirnDoesNotHaveIsNamed() {
    byte[] bytes =
        ForeignFile.of("message m { optional int64 a = 1; }")
            .codec(CompressionCodecName.LZO)
            .codecs(new HadoopLz4())
            .row(row -> row.append("a", 1L))
            .write();
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    new Schema(optional(1, "a", Types.LongType.get())),
                    Rewrites.input("file", bytes)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessage(
            "Column a cannot be rewritten: expected a codec that Firn has, found LZO (file file)");
  }

  /** Of a column that stays in milliseconds, bounds would be taken for microseconds. */
  @Test
  void boundsAreToldOfColumnsAloneThatHaveTheTypeOfTheTable() throws IOException {
    byte[] bytes =
        ForeignFile.of(
                "message m { optional int64 ms (TIMESTAMP(MILLIS,true)) = 1;"
                    + " optional int64 us (TIMESTAMP(MICROS,true)) = 2; }")
            .row(row -> row.append("ms", 5L).append("us", 6L))
            .write();
    Rewrites rewrites =
        Rewrites.rewrite(
            new Schema(
                optional(1, "ms", Types.TimestampType.withZone()),
                optional(2, "us", Types.TimestampType.withZone())),
            Rewrites.input("a", bytes));
    RewrittenFile file = rewrites.result.files().get(0);
    assertThat(file.metrics().valueCounts()).containsOnlyKeys(1, 2);
    assertThat(file.metrics().lowerBounds()).containsOnlyKeys(2);
    assertThat(file.metrics().upperBounds()).containsOnlyKeys(2);
  }

  /** As an interval, Parquet's writer would declare a column that readers take for nulls alone. */
  @Test
  void intervalsKeepTheirBytesAndAreDeclaredAsFixed() throws Exception {
    Path file = directory.resolve("in.parquet");
    duckDb.execute(
        "COPY (SELECT to_months(i::INTEGER) + to_days(7) AS span FROM range(9) t(i)) TO '"
            + file
            + "' (FORMAT parquet, FIELD_IDS {span: 1})");
    Schema schema = new Schema(optional(1, "span", Types.FixedType.ofLength(12)));
    Rewrites rewrites = Rewrites.rewrite(schema, Rewrites.input("a", Files.readAllBytes(file)));
    Path out = directory.resolve("out.parquet");
    Files.write(out, rewrites.outputs.get("out-0").bytes());
    assertThat(duckDb.rows("SELECT hex(span) FROM read_parquet('" + out + "')"))
        .hasSize(9)
        .startsWith("000000000700000000000000", "010000000700000000000000");
  }

  @Test
  void aTypeThatIcebergDoesNotReadIsNamed() {
    byte[] bytes =
        ForeignFile.of("message m { optional int64 u64 (INTEGER(64,false)) = 1; }")
            .row(row -> row.append("u64", -1L))
            .write();
    assertThatThrownBy(
            () ->
                Rewrites.rewrite(
                    new Schema(optional(1, "u64", Types.DecimalType.of(20, 0))),
                    Rewrites.input("file", bytes)))
        .isInstanceOf(UnsupportedRewriteException.class)
        .hasMessageContaining("Column u64 cannot be rewritten: expected a type that Iceberg reads")
        .hasMessageContaining("(file file)");
  }

  private void assertPassesThrough(Schema schema, Path file) throws IOException, SQLException {
    byte[] bytes = Files.readAllBytes(file);
    Rewrites rewrites =
        Rewrites.rewrite(
            schema, LIMITS, List.of(Rewrites.input("a", bytes), Rewrites.input("b", bytes)));
    Path out = directory.resolve("out.parquet");
    Files.write(out, rewrites.outputs.get("out-0").bytes());
    List<String> expected = new ArrayList<>(duckDb.rows(file));
    expected.addAll(List.copyOf(expected));
    List<String> found = duckDb.rows(out);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).isEqualTo(expected.get(i));
    }
    assertThat(rewrites.result.proof().contentProved()).isTrue();
  }

  private static Set<Encoding> encodings(byte[] file) {
    Set<Encoding> encodings = EnumSet.noneOf(Encoding.class);
    for (BlockMetaData block : Rewrites.footer(file).getBlocks()) {
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        encodings.addAll(chunk.getEncodings());
      }
    }
    return encodings;
  }
}
