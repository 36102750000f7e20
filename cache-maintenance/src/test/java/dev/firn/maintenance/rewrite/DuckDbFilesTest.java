package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of DuckDB, of every codec, page version and encoding that it writes: the entries are equal
 * by hash before and after, and the rows are as DuckDB reads them.
 */
final class DuckDbFilesTest {
  /** Cuts row groups of the inputs, so that batches start inside their chunks. */
  private static final RewriteLimits LIMITS = new RewriteLimits(32 << 20, 150, 400, 1 << 30, true);

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

  private static final String ROWS =
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

  private static final String IDS =
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

  private static final Schema SCHEMA =
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
            + ROWS
            + ") TO '"
            + file
            + "' (FORMAT parquet, PARQUET_VERSION "
            + version
            + ", COMPRESSION "
            + codec
            + ", FIELD_IDS "
            + IDS
            + ")");
    assertThat(Rewrites.encodings(Files.readAllBytes(file)))
        .contains(version.equals("V1") ? PLAIN_DICTIONARY : Encoding.DELTA_LENGTH_BYTE_ARRAY);
    duckDb.assertPassesThrough(SCHEMA, LIMITS, file);
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
}
