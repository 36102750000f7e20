package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.rows.RowFiles.Written;
import dev.firn.core.testing.RecordingDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeEncoderTest {
  @TempDir Path directory;
  private RowFiles files;

  @BeforeEach
  void open() {
    files = new RowFiles(directory);
  }

  private static Type type(String name) {
    return switch (name) {
      case "variant" -> Types.VariantType.get();
      case "timestamp" -> Types.TimestampType.withoutZone();
      case "timestamptz" -> Types.TimestampType.withZone();
      case "timestamp_ns" -> Types.TimestampNanoType.withoutZone();
      case "timestamptz_ns" -> Types.TimestampNanoType.withZone();
      case "struct" ->
          Types.StructType.of(
              Types.NestedField.optional(10, "a", Types.IntegerType.get()),
              Types.NestedField.required(11, "b", Types.StringType.get()));
      case "list" -> Types.ListType.ofOptional(10, Types.IntegerType.get());
      case "required-list" -> Types.ListType.ofRequired(10, Types.IntegerType.get());
      case "lists" ->
          Types.ListType.ofOptional(10, Types.ListType.ofOptional(11, Types.StringType.get()));
      case "map" -> Types.MapType.ofOptional(10, 11, Types.StringType.get(), Types.LongType.get());
      case "long-map" ->
          Types.MapType.ofOptional(10, 11, Types.LongType.get(), Types.StringType.get());
      case "structs" ->
          Types.ListType.ofOptional(
              9,
              Types.StructType.of(
                  Types.NestedField.optional(
                      10, "tags", Types.ListType.ofRequired(12, Types.StringType.get())),
                  Types.NestedField.optional(11, "v", Types.VariantType.get())));
      default -> Types.fromPrimitiveString(name);
    };
  }

  @ParameterizedTest(name = "{0} takes {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "boolean | true | true",
        "int | -2147483648 | -2147483648",
        "int | 3.0 | 3",
        "int | 2e9 | 2000000000",
        "long | 9223372036854775807 | 9223372036854775807",
        "long | 5E+2 | 500",
        "float | 0.1 | 0.1",
        "float | 16777216 | 1.6777216E7",
        "float | \"NaN\" | \"NaN\"",
        "double | 0.1 | 0.1",
        "double | 0.10000000000000001 | 0.1",
        "double | -7 | -7.0",
        "double | 1e308 | 1.0E308",
        "double | 5e-324 | 4.9E-324",
        "double | \"-Infinity\" | \"-Infinity\"",
        "double | 0.0 | 0.0",
        "decimal(5,2) | 1.5 | 1.50",
        "decimal(5,2) | -999.99 | -999.99",
        "decimal(5,2) | 1e2 | 100.00",
        "decimal(18,3) | 123456789012345.678 | 123456789012345.678",
        "decimal(38,1) | -1234567890123456789012345678901234567.8 | -1234567890123456789012345678901234567.8",
        "decimal(38,0) | 0 | 0",
        "date | \"2026-02-28\" | \"2026-02-28\"",
        "date | \"1969-12-31\" | \"1969-12-31\"",
        "time | \"10:15:30.123456\" | \"10:15:30.123456\"",
        "timestamp | \"2026-01-01T00:00:00.5\" | \"2026-01-01T00:00:00.500000\"",
        "timestamptz | \"2026-01-01T00:30:00+01:00\" | \"2025-12-31T23:30:00.000000Z\"",
        "timestamptz | \"1969-12-31T23:59:59.999999Z\" | \"1969-12-31T23:59:59.999999Z\"",
        "timestamptz | \"0001-01-01T00:00:00Z\" | \"0001-01-01T00:00:00.000000Z\"",
        "timestamp_ns | \"2026-01-01T00:00:00.123456789\" | \"2026-01-01T00:00:00.123456789\"",
        "timestamptz_ns | \"1900-01-01T00:00:00.000000001Z\" | \"1900-01-01T00:00:00.000000001Z\"",
        "string | \"\" | \"\"",
        "string | \"a\\u0000b\\ud83d\\ude00\" | \"a\\u0000b\\ud83d\\ude00\"",
        "string | {\"x\": [1, 2.50, null]} | \"{\\\"x\\\":[1,2.50,null]}\"",
        "string | [] | \"[]\"",
        "string | [\"\\ud800\"] | \"[\\\"\\\\uD800\\\"]\"",
        "uuid | \"F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6\" | \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"",
        "fixed[3] | \"AAEC\" | \"AAEC\"",
        "binary | \"AAEC/w==\" | \"AAEC/w==\"",
        "binary | \"\" | \"\"",
        "variant | 1 | 1",
        "variant | -300 | -300",
        "variant | 70000 | 70000",
        "variant | 9223372036854775807 | 9223372036854775807",
        "variant | 123456789012345678901234567890 | 123456789012345678901234567890",
        "variant | 2.5 | 2.5",
        "variant | 0.12345678901234567 | 0.12345678901234567",
        "variant | 1e300 | 1.0E300",
        "variant | \"text\" | \"text\"",
        "variant | true | true",
        "variant | [] | []",
        "variant | {} | {}",
        "variant | {\"b\":[1,{\"a\":null}],\"a\":\"\",\"\":0} | {\"\":0,\"a\":\"\",\"b\":[1,{\"a\":null}]}",
        "struct | {\"a\":1,\"b\":\"x\"} | {\"a\":1,\"b\":\"x\"}",
        "struct | {\"b\":\"x\",\"a\":null} | {\"b\":\"x\"}",
        "list | [1,null,3] | [1,null,3]",
        "list | [] | []",
        "lists | [[],null,[\"a\",null],[\"b\"]] | [[],null,[\"a\",null],[\"b\"]]",
        "map | {\"a\":1,\"b\":null} | {\"a\":1,\"b\":null}",
        "map | {} | {}",
        "long-map | [{\"key\":1,\"value\":\"a\"},{\"key\":2}] | [{\"key\":1,\"value\":\"a\"},{\"key\":2,\"value\":null}]",
        "structs | [{\"tags\":[\"a\",\"b\"],\"v\":{\"x\":1}},{\"tags\":[]},null] | [{\"tags\":[\"a\",\"b\"],\"v\":{\"x\":1}},{\"tags\":[]},null]",
      })
  void aValueThatFitsItsColumnIsReadBackFromThere(String type, String value, String expected)
      throws Exception {
    for (boolean required : new boolean[] {false, true}) {
      Schema schema =
          new Schema(
              required
                  ? Types.NestedField.required(1, "v", type(type))
                  : Types.NestedField.optional(1, "v", type(type)));
      String row = "{\"v\":" + value + "}";

      Written written = files.land(schema, "[" + row + "," + row + (required ? "]" : ",{}]"));

      assertThat(written.schema()).isSameAs(schema);
      assertThat(written.file().rescuedValues()).isZero();
      List<ObjectNode> read = files.read(written);
      assertThat(read).hasSize(required ? 2 : 3);
      assertThat(read.get(0).get("v")).isEqualTo(RowFiles.json(expected));
      assertThat(read.get(1)).isEqualTo(read.get(0));
    }
  }

  @ParameterizedTest(name = "{0} does not take {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "boolean | 1",
        "boolean | \"true\"",
        "int | 2147483648.5",
        "int | 0.5",
        "int | 1e999999999",
        "int | \"1\"",
        "int | true",
        "int | [1]",
        "long | 9223372036854775808",
        "long | 1E-999999999",
        "float | 0.123456789012",
        "float | 16777217",
        "float | 1e39",
        "float | \"0.1\"",
        "double | 9007199254740993",
        "double | 9223372036854775807",
        "double | 18446744073709551615",
        "double | 1e400",
        "double | 1e-400",
        "double | 0.12345678901234567",
        "double | \"nan\"",
        "decimal(5,2) | 1000",
        "decimal(5,2) | 0.001",
        "decimal(5,2) | 1e999999999",
        "decimal(5,2) | \"1.5\"",
        "date | \"2026-2-28\"",
        "date | \"2026-02-30\"",
        "date | \"2026-02-28T00:00:00Z\"",
        "date | 20000",
        "time | \"25:00:00\"",
        "time | \"10:15:30.1234567\"",
        "timestamp | \"2026-01-01T00:00:00Z\"",
        "timestamp | 0",
        "timestamptz | \"2026-01-01T00:00:00\"",
        "timestamptz | \"yesterday\"",
        "timestamptz | 1767225600",
        "timestamptz_ns | \"2300-01-01T00:00:00Z\"",
        "string | 1",
        "string | true",
        "string | \"\\ud800\"",
        "uuid | \"1-1-1-1-1\"",
        "uuid | \"f81d4fae-7dec-11d0-a765-00a0c91e6bfg\"",
        "fixed[3] | \"AAE=\"",
        "binary | \"AAE\"",
        "binary | \"*\"",
        "variant | \"\\ud800\"",
        "variant | 1e400",
        "variant | [1234567890123456789012345678901234567890]",
        "struct | {\"a\":1}",
        "struct | {\"a\":\"x\",\"b\":\"x\"}",
        "struct | {\"b\":\"x\",\"c\":1}",
        "struct | []",
        "list | [1,\"x\"]",
        "list | {}",
        "required-list | [1,null]",
        "map | {\"a\":\"x\"}",
        "map | [1]",
        "long-map | {\"1\":\"a\"}",
        "long-map | [{\"value\":\"a\"}]",
        "long-map | [{\"key\":1,\"extra\":2}]",
        "long-map | [1]",
        "structs | [{\"tags\":[null]}]",
      })
  void aValueThatDoesNotFitItsColumnIsRescued(String type, String value) throws Exception {
    // An int column would be widened for a whole number.
    Schema schema = new Schema(Types.NestedField.required(1, "v", type(type)));

    Written written = files.land(schema, "[{\"v\":" + value + "},{\"v\":null}]");

    assertThat(written.file().rescuedValues()).isEqualTo(1);
    ObjectNode read = files.read(written).get(0);
    assertThat(read.has("v")).isFalse();
    assertThat(RowFiles.json(read.get("_rescued").textValue()))
        .isEqualTo(RowFiles.json("{\"v\":" + value + "}"));
    assertThat(files.read(written).get(1)).isEmpty();
  }

  @Test
  void aRowOfUnknownNamesOnlyIsWhollyRescued() throws Exception {
    Schema schema = new Schema(Types.NestedField.optional(1, "known", Types.LongType.get()));
    Schema full = SchemaFit.of(schema, 1, RowFiles.rows("{\"\":0}"), OnMismatch.RESCUE).schema();

    Written written =
        files.write(
            full,
            SortOrder.unsorted(),
            RowFiles.rows("[{\"a\":1,\"b\":{\"c\":[1.50]},\"n\":null},{},{\"known\":\"x\"}]"));

    assertThat(files.read(written))
        .extracting(ObjectNode::toString)
        .containsExactly(
            "{\"_rescued\":\"{\\\"a\\\":1,\\\"b\\\":{\\\"c\\\":[1.50]}}\"}",
            "{}",
            "{\"_rescued\":\"{\\\"known\\\":\\\"x\\\"}\"}");
    assertThat(written.file().rescuedValues()).isEqualTo(3);
  }

  @ParameterizedTest(name = "{0} becomes {1}, {2} rescued")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "none",
      value = {
        "'_rescued':'{!w!:[1.50]}' | {'w':[1.50]} | 1",
        "'_rescued':'{!w!:1,!!:1E+400,!x!:!\uD83D\uDE00!}' | {'w':1,'':1E+400,'x':'\uD83D\uDE00'} | 3",
        "'_rescued':'{!w!:1}','v':'x' | {'w':1,'v':'x'} | 2",
        "'_rescued':'{!v!:1.5}','v':'x' | {'v':'x','_rescued':'{!v!:1.5}'} | 2",
        "'_rescued':'{!w!: 1}' | {'_rescued':'{!w!: 1}'} | 1",
        "'_rescued':'{!w!:1,!w!:2}' | {'_rescued':'{!w!:1,!w!:2}'} | 1",
        "'_rescued':'{}' | {'_rescued':'{}'} | 1",
        "'_rescued':'[{!w!:1}]' | {'_rescued':'[{!w!:1}]'} | 1",
        "'_rescued':'{!w!:1' | {'_rescued':'{!w!:1'} | 1",
        "'_rescued':{'w':1} | {'_rescued':{'w':1}} | 1",
        "'_rescued':null | none | 0",
        "'v':2,'v':3 | {'v':2} | 1",
        "'v':2,'v':'x' | {'v':'x','_rescued':'{!v!:2}'} | 2",
      })
  void whatWasRescuedBeforeIsNotRescuedOnceMore(String fields, String rescued, int count)
      throws Exception {
    Schema schema = new Schema(Types.NestedField.optional(1, "v", Types.IntegerType.get()));
    String json = ("[{" + fields + "},{'v':1}]").replace("!", "\\'").replace('\'', '"');
    List<ObjectNode> rows = RowFiles.rows(json);
    SchemaFit fit = SchemaFit.of(schema, 1, rows, OnMismatch.RESCUE);

    Written written = files.write(fit.schema(), SortOrder.unsorted(), rows);

    ObjectNode read = files.read(written).get(0);
    assertThat(read.has("_rescued")).isEqualTo(rescued != null);
    if (rescued != null) {
      String expected = rescued.replace("!", "\\'").replace('\'', '"');
      assertThat(read.get("_rescued").textValue()).isEqualTo(expected);
    }
    assertThat(fit.rescuedValues()).isEqualTo(count);
    assertThat(written.file().rescuedValues()).isEqualTo(count);
  }

  @Test
  void aSchemaThatDoesNotTakeTheRowsIsRefused() {
    Schema optional = new Schema(Types.NestedField.optional(1, "a", Types.IntegerType.get()));
    Schema required = new Schema(Types.NestedField.required(1, "a", Types.IntegerType.get()));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> files.write(optional, SortOrder.unsorted(), RowFiles.rows("{\"a\":\"x\"}")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.write(optional, SortOrder.unsorted(), RowFiles.rows("{\"b\":1}")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.write(required, SortOrder.unsorted(), RowFiles.rows("{}")));
  }

  @Test
  void anOlderFileIsReadWithTheSchemaThatGrew() throws Exception {
    Written first = files.land(null, "{\"a\":1,\"b\":\"x\"}");
    Written second = files.land(first.schema(), "{\"a\":2147483648,\"c\":true}");

    assertThat(files.read(first.path(), second.schema()).get(0).toString())
        .isEqualTo("{\"a\":1,\"b\":\"x\"}");
    assertThat(files.read(second).get(0).toString()).isEqualTo("{\"a\":2147483648,\"c\":true}");
  }

  @Test
  void theFileIsZstdWithChecksumsItsFooterAndItsIdentifiers() throws Exception {
    Written written = files.land(null, "[{\"a\":1,\"b\":\"" + "x".repeat(200) + "\"},{\"a\":2}]");

    var footer = files.footer(written);
    assertThat(footer.getFileMetaData().getKeyValueMetaData()).containsEntry("firn.id", "e1");
    assertThat(footer.getFileMetaData().getSchema().getFields())
        .extracting(field -> field.getId().intValue())
        .containsExactly(1, 2);
    assertThat(footer.getBlocks())
        .flatExtracting(BlockMetaData::getColumns)
        .extracting(ColumnChunkMetaData::getCodec)
        // Of two numbers there is nothing to compress.
        .containsExactly(CompressionCodecName.UNCOMPRESSED, CompressionCodecName.ZSTD);
    assertThat(written.file().bytes()).isEqualTo(Files.size(written.path()));
    assertThat(written.file().splitOffsets()).containsExactly(4L);
    assertThat(written.file().rows()).isEqualTo(2);
    assertThat(written.file().sorted()).isFalse();
  }

  @Test
  void metricsTellCountsOfAllColumnsAndBoundsOfThoseWhereTheyHelp() throws Exception {
    Written written =
        files.land(
            null,
            "[{\"n\":5,\"s\":\"b\",\"fat\":\""
                + "x".repeat(5000)
                + "\",\"json\":{}},"
                + "{\"n\":3,\"s\":\"a\"},{\"n\":null}]");
    Schema schema = written.schema();

    var metrics = written.file().metrics();
    assertThat(metrics.recordCount()).isEqualTo(3);
    assertThat(metrics.valueCounts()).isEqualTo(Map.of(1, 3L, 2, 3L, 3, 3L, 4, 3L));
    assertThat(metrics.nullValueCounts()).isEqualTo(Map.of(1, 1L, 2, 1L, 3, 2L, 4, 2L));
    assertThat(metrics.lowerBounds()).containsOnlyKeys(1, 2);
    assertThat(metrics.upperBounds()).containsOnlyKeys(1, 2);
    assertThat(
            Conversions.<Integer>fromByteBuffer(schema.findType(1), metrics.lowerBounds().get(1)))
        .isEqualTo(3);
    assertThat(
            Conversions.<CharSequence>fromByteBuffer(
                    schema.findType(2), metrics.upperBounds().get(2))
                .toString())
        .isEqualTo("b");
    assertThat(metrics.columnSizes()).containsKeys(1, 2, 3, 4);
  }

  @Test
  void numbersOfFewRowsHaveNoDictionary() throws Exception {
    List<ObjectNode> few = RowFiles.rows("[" + "{\"n\": 7, \"x\": 0.5},".repeat(9) + "{\"n\": 7}]");
    List<ObjectNode> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.addAll(few);
    }
    Schema schema = SchemaFit.of(null, 0, few, OnMismatch.RESCUE).schema();

    assertThat(encodings(files.land(schema, few))).noneMatch(Encoding::usesDictionary);
    assertThat(encodings(files.land(schema, many))).anyMatch(Encoding::usesDictionary);
  }

  private List<Encoding> encodings(Written written) throws Exception {
    return files.footer(written).getBlocks().get(0).getColumns().stream()
        .flatMap(column -> column.getEncodings().stream())
        .toList();
  }

  @Test
  void aTextOf128KilobytesOnEveryRowIsStoredOnce() throws Exception {
    String fat = text(new Random(1), 128 << 10);
    String other = text(new Random(2), 128 << 10);
    String json =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    "{\"i\":"
                        + i
                        + ",\"fat\":\""
                        + (i % 2 == 0 ? fat : other)
                        + "\",\"tools\":[\""
                        + fat
                        + "\"]}")
            .collect(Collectors.joining(",", "[", "]"));

    Written written = files.land(null, json);

    assertThat(written.file().bytes()).isLessThan(500_000);
    var block = files.footer(written).getBlocks().get(0);
    assertThat(files.footer(written).getBlocks()).hasSize(1);
    assertThat(block.getColumns().get(1).getEncodings()).contains(Encoding.RLE_DICTIONARY);
    List<ObjectNode> read = files.read(written);
    assertThat(read).hasSize(100);
    assertThat(read.get(98).get("fat").textValue()).isEqualTo(fat);
    assertThat(read.get(99).get("fat").textValue()).isEqualTo(other);
    assertThat(read.get(99).get("tools").textValue()).isEqualTo("[\"" + fat + "\"]");
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder(length);
    while (text.length() < length) {
      text.append(Long.toString(random.nextLong(), 36)).append(' ');
    }
    return text.substring(0, length);
  }

  @Test
  void aLargeExchangeIsSeveralRowGroups() throws Exception {
    String many =
        IntStream.range(0, 10_001)
            .mapToObj(i -> "{\"i\":" + i + ",\"s\":\"v" + i % 7 + "\",\"l\":[" + i + "]}")
            .collect(Collectors.joining(",", "[", "]"));
    Written written = files.land(null, many);

    assertThat(files.footer(written).getBlocks())
        .extracting(BlockMetaData::getRowCount)
        .containsExactly(10_000L, 1L);
    assertThat(written.file().splitOffsets()).hasSize(2);
    List<ObjectNode> read = files.read(written);
    assertThat(read).hasSize(10_001);
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i).toString())
          .isEqualTo("{\"i\":" + i + ",\"s\":\"v" + i % 7 + "\",\"l\":\"[" + i + "]\"}");
    }

    Random random = new Random(3);
    String large =
        IntStream.range(0, 20)
            .mapToObj(i -> "{\"t\":\"" + text(random, 3 << 20) + "\"}")
            .collect(Collectors.joining(",", "[", "]"));
    Written fat = files.land(null, large);
    assertThat(files.footer(fat).getBlocks())
        .extracting(BlockMetaData::getRowCount)
        .containsExactly(10L, 10L);
    assertThat(files.read(fat)).isEqualTo(RowFiles.rows(large));
  }

  @Test
  void oneEncoderWritesManyFilesOfChangingSchemas() throws Exception {
    try (ExchangeEncoder encoder = new ExchangeEncoder()) {
      Schema schema = null;
      List<Written> written = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        List<ObjectNode> rows =
            RowFiles.rows("{\"a\":\"" + "x".repeat(i * 100) + "\",\"c" + i / 5 + "\":" + i + "}");
        schema = SchemaFit.of(schema, 0, rows, OnMismatch.RESCUE).schema();
        written.add(files.write(encoder, schema, SortOrder.unsorted(), rows));
      }
      for (int i = 0; i < 20; i++) {
        ObjectNode read = files.read(written.get(i)).get(0);
        assertThat(read.get("a").textValue()).hasSize(i * 100);
        assertThat(read.get("c" + i / 5).intValue()).isEqualTo(i);
      }
    }
  }

  @Test
  void rowsAreSortedByTheTablesOrderStably() throws Exception {
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "s", Types.StringType.get()),
            Types.NestedField.optional(2, "t", Types.TimestampType.withZone()),
            Types.NestedField.optional(3, "n", Types.IntegerType.get()),
            Types.NestedField.optional(4, "_rescued", Types.StringType.get()));
    SortOrder order =
        SortOrder.builderFor(schema).asc("s", NullOrder.NULLS_FIRST).desc("t").build();
    String json =
        "[{\"s\":\"b\",\"n\":1},{\"s\":\"a\",\"t\":\"2026-01-01T00:00:00Z\",\"n\":2},"
            + "{\"s\":\"a\",\"t\":\"2026-01-02T00:00:00Z\",\"n\":3},{\"n\":4},"
            + "{\"s\":\"é\",\"n\":5},{\"s\":\"b\",\"n\":6},{\"s\":\"a\",\"n\":7},"
            + "{\"s\":5,\"n\":8},{\"s\":\"\\ud83d\\ude00\",\"n\":9},{\"s\":\"\\uffff\",\"n\":10}]";

    Written written = files.write(schema, order, RowFiles.rows(json));

    assertThat(written.file().sorted()).isTrue();
    assertThat(files.read(written))
        .extracting(row -> row.get("n").intValue())
        .containsExactly(4, 8, 3, 2, 7, 1, 6, 5, 10, 9);
  }

  @Test
  void everyPrimitiveTypeSorts() throws Exception {
    Map<String, List<String>> ascending =
        Map.of(
            "boolean", List.of("false", "true"),
            "int", List.of("-1", "0", "1"),
            "double", List.of("\"-Infinity\"", "-1.5", "0.0", "2.0", "\"NaN\""),
            "decimal(5,2)", List.of("-1.00", "0.00", "1.50"),
            "decimal(30,2)", List.of("-1.00", "0.00", "1.50"),
            "date", List.of("\"1969-01-01\"", "\"2026-01-01\""),
            "binary", List.of("\"AAEC\"", "\"AQ==\"", "\"/w==\""));
    for (Map.Entry<String, List<String>> entry : ascending.entrySet()) {
      Schema schema = new Schema(Types.NestedField.required(1, "v", type(entry.getKey())));
      List<String> shuffled = new ArrayList<>(entry.getValue());
      Collections.shuffle(shuffled, new Random(4));
      String json = "[{\"v\":" + String.join("},{\"v\":", shuffled) + "}]";
      List<JsonNode> expected =
          entry.getValue().stream().map(RowFiles::json).collect(Collectors.toList());

      Written up =
          files.write(schema, SortOrder.builderFor(schema).asc("v").build(), RowFiles.rows(json));
      assertThat(files.read(up)).extracting(row -> row.get("v")).isEqualTo(expected);
      Collections.reverse(expected);
      Written down =
          files.write(schema, SortOrder.builderFor(schema).desc("v").build(), RowFiles.rows(json));
      assertThat(files.read(down)).extracting(row -> row.get("v")).isEqualTo(expected);
    }
  }

  @Test
  void anOrderWithATransformLeavesTheRowsAsTheyAre() throws Exception {
    Schema schema = new Schema(Types.NestedField.optional(1, "s", Types.StringType.get()));
    SortOrder order = SortOrder.builderFor(schema).asc(Expressions.bucket("s", 4)).build();

    Written written = files.write(schema, order, RowFiles.rows("[{\"s\":\"b\"},{\"s\":\"a\"}]"));

    assertThat(written.file().sorted()).isFalse();
    assertThat(files.read(written))
        .extracting(row -> row.get("s").textValue())
        .containsExactly("b", "a");
  }

  @Test
  void aDiskThatFailsIsAnIOExceptionAndTheEncoderGoesOn() throws Exception {
    RecordingDisk disk = new RecordingDisk();
    List<ObjectNode> rows = RowFiles.rows("{\"a\":1}");
    Schema schema = SchemaFit.of(null, 0, rows, OnMismatch.RESCUE).schema();
    try (ExchangeEncoder encoder = new ExchangeEncoder()) {
      Path path = directory.resolve("there.parquet");
      Files.createFile(path);
      assertThatIOException()
          .isThrownBy(
              () ->
                  encoder.encode(
                      schema,
                      SortOrder.unsorted(),
                      rows,
                      Map.of(),
                      new ParquetOutput(disk, path),
                      MetricsConfig.getDefault()));
      assertThat(path).isEmptyFile();
      assertThat(files.read(files.write(encoder, schema, SortOrder.unsorted(), rows))).hasSize(1);
    }
  }
}
