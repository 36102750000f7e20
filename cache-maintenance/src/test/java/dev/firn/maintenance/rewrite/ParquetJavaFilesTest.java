package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of Parquet's own writer, of every codec, page version, encoding and type that it writes:
 * the entries are equal by hash before and after, and the rows are as that library and DuckDB read
 * them.
 */
final class ParquetJavaFilesTest {
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

  private static final String TYPE =
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

  private static final Schema SCHEMA =
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
    ForeignFile file = ForeignFile.of(TYPE).version(version).codec(codec).pageBytes(4000);
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
    assertThat(Rewrites.encodings(bytes)).containsAll(expected(version, encoding));
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA,
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
      duckDb.assertPassesThrough(SCHEMA, LIMITS, path);
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
}
