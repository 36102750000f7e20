package dev.firn.core.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.variants.PhysicalType;
import org.apache.iceberg.variants.ShreddedObject;
import org.apache.iceberg.variants.ValueArray;
import org.apache.iceberg.variants.Variant;
import org.apache.iceberg.variants.VariantMetadata;
import org.apache.iceberg.variants.VariantValue;
import org.apache.iceberg.variants.Variants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every value goes through a Parquet file, so that it is what a reader really gives. */
class RowJsonTest {
  private static final UUID ID = UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e");
  private static final VariantMetadata NAMES = Variants.metadata("a", "b");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path root;

  static Stream<Arguments> values() {
    return Stream.of(
        of("boolean", Types.BooleanType.get(), true, "true"),
        of("int", Types.IntegerType.get(), Integer.MIN_VALUE, "-2147483648"),
        of("long", Types.LongType.get(), Long.MAX_VALUE, "9223372036854775807"),
        of("float", Types.FloatType.get(), 0.1f, "0.1"),
        of("float that is no number", Types.FloatType.get(), Float.NaN, "\"NaN\""),
        of("float without end", Types.FloatType.get(), Float.NEGATIVE_INFINITY, "\"-Infinity\""),
        of("double", Types.DoubleType.get(), -1.5e300, "-1.5E300"),
        of("double that is no number", Types.DoubleType.get(), Double.NaN, "\"NaN\""),
        of("double without end", Types.DoubleType.get(), Double.POSITIVE_INFINITY, "\"Infinity\""),
        of("decimal", Types.DecimalType.of(9, 2), new BigDecimal("-1.50"), "-1.50"),
        of(
            "decimal of 38 digits",
            Types.DecimalType.of(38, 10),
            new BigDecimal("1234567890123456789012345678.0123456789"),
            "1234567890123456789012345678.0123456789"),
        of("date", Types.DateType.get(), LocalDate.of(1969, 12, 31), "\"1969-12-31\""),
        of(
            "time",
            Types.TimeType.get(),
            LocalTime.of(23, 59, 59, 999_999_000),
            "\"23:59:59.999999\""),
        of(
            "timestamp with zone",
            Types.TimestampType.withZone(),
            OffsetDateTime.parse("2026-11-22T05:06:07.000008+02:00"),
            "\"2026-11-22T03:06:07.000008Z\""),
        of(
            "timestamp with zone, whole second",
            Types.TimestampType.withZone(),
            OffsetDateTime.parse("2026-11-22T05:06:00Z"),
            "\"2026-11-22T05:06:00.000000Z\""),
        of(
            "timestamp without zone",
            Types.TimestampType.withoutZone(),
            LocalDateTime.parse("1969-12-31T23:59:59.999999"),
            "\"1969-12-31T23:59:59.999999\""),
        of(
            "nano timestamp with zone",
            Types.TimestampNanoType.withZone(),
            OffsetDateTime.parse("2026-11-22T05:06:07.000000009Z"),
            "\"2026-11-22T05:06:07.000000009Z\""),
        of(
            "nano timestamp without zone",
            Types.TimestampNanoType.withoutZone(),
            LocalDateTime.parse("1969-12-31T23:59:59.999999999"),
            "\"1969-12-31T23:59:59.999999999\""),
        of("text", Types.StringType.get(), "\u00fc\"\n\0", "\"\u00fc\\\"\\n\\u0000\""),
        of("uuid", Types.UUIDType.get(), ID, "\"" + ID + "\""),
        of("fixed", Types.FixedType.ofLength(3), new byte[] {-1, 0, 1}, "\"/wAB\""),
        of("binary", Types.BinaryType.get(), ByteBuffer.wrap(new byte[] {-1, 0}), "\"/wA=\""),
        of(
            "list",
            Types.ListType.ofOptional(10, Types.LongType.get()),
            Arrays.asList(1L, null, 3L),
            "[1,null,3]"),
        of("empty list", Types.ListType.ofOptional(10, Types.LongType.get()), List.of(), "[]"),
        of(
            "map by text",
            Types.MapType.ofOptional(10, 11, Types.StringType.get(), Types.DateType.get()),
            inOrder("z", LocalDate.EPOCH, "a", null),
            "{\"z\":\"1970-01-01\",\"a\":null}"),
        of(
            "map by number",
            Types.MapType.ofOptional(10, 11, Types.IntegerType.get(), Types.StringType.get()),
            inOrder(7, "seven", -1, null),
            "[{\"key\":7,\"value\":\"seven\"},{\"key\":-1,\"value\":null}]"),
        of("struct", STRUCT, struct(1L, List.of("x")), "{\"n\":1,\"list\":[\"x\"]}"),
        of("struct with a null", STRUCT, struct(null, null), "{}"),
        of(
            "list of structs",
            Types.ListType.ofOptional(10, STRUCT),
            List.of(struct(1L, null), struct(2L, List.of())),
            "[{\"n\":1},{\"n\":2,\"list\":[]}]"));
  }

  private static final Types.StructType STRUCT =
      Types.StructType.of(
          Types.NestedField.optional(20, "n", Types.LongType.get()),
          Types.NestedField.optional(
              21, "list", Types.ListType.ofOptional(22, Types.StringType.get())));

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  void everyTypeHasItsForm(String what, Type type, Object value, String expected)
      throws IOException {
    assertThat(written(type, value)).isEqualTo("{\"value\":" + expected + "}");
  }

  static Stream<Arguments> variants() {
    ShreddedObject object = Variants.object(NAMES);
    object.put("a", Variants.of(1));
    object.put("b", Variants.ofNull());
    ShreddedObject nested = Variants.object(NAMES);
    ValueArray array = Variants.array();
    array.add(Variants.of("x"));
    array.add(object);
    array.add(Variants.ofNull());
    nested.put("a", array);
    return Stream.of(
        Arguments.of("null", Variants.ofNull(), "null"),
        Arguments.of("true", Variants.of(true), "true"),
        Arguments.of("false", Variants.of(false), "false"),
        Arguments.of("int8", Variants.of((byte) -7), "-7"),
        Arguments.of("int16", Variants.of((short) -700), "-700"),
        Arguments.of("int32", Variants.of(Integer.MAX_VALUE), "2147483647"),
        Arguments.of("int64", Variants.of(Long.MIN_VALUE), "-9223372036854775808"),
        Arguments.of("float", Variants.of(0.5f), "0.5"),
        Arguments.of("float that is no number", Variants.of(Float.NaN), "\"NaN\""),
        Arguments.of("double", Variants.of(1e-300), "1.0E-300"),
        Arguments.of("double without end", Variants.of(Double.NEGATIVE_INFINITY), "\"-Infinity\""),
        Arguments.of("decimal4", Variants.of(new BigDecimal("1.50")), "1.50"),
        Arguments.of("decimal8", Variants.of(new BigDecimal("12345678901.5")), "12345678901.5"),
        Arguments.of(
            "decimal16",
            Variants.of(new BigDecimal("12345678901234567890123.5")),
            "12345678901234567890123.5"),
        Arguments.of("date", Variants.ofIsoDate("1969-12-31"), "\"1969-12-31\""),
        Arguments.of("time", Variants.ofIsoTime("23:59:59.999999"), "\"23:59:59.999999\""),
        Arguments.of("time zero", Variants.ofTime(0), "\"00:00:00.000000\""),
        Arguments.of(
            "timestamp with zone",
            Variants.ofIsoTimestamptz("2026-11-22T05:06:07.000008+00:00"),
            "\"2026-11-22T05:06:07.000008Z\""),
        Arguments.of(
            "timestamp without zone",
            Variants.ofIsoTimestampntz("1969-12-31T23:59:59.999999"),
            "\"1969-12-31T23:59:59.999999\""),
        Arguments.of(
            "nano timestamp with zone",
            Variants.ofIsoTimestamptzNanos("1969-12-31T23:59:59.999999999+00:00"),
            "\"1969-12-31T23:59:59.999999999Z\""),
        Arguments.of(
            "nano timestamp without zone",
            Variants.ofIsoTimestampntzNanos("2026-11-22T05:06:07.000000009"),
            "\"2026-11-22T05:06:07.000000009\""),
        Arguments.of("binary", Variants.of(ByteBuffer.wrap(new byte[] {-1, 0, 1})), "\"/wAB\""),
        Arguments.of("text", Variants.of("\u00fc\""), "\"\u00fc\\\"\""),
        Arguments.of("long text", Variants.of("x".repeat(70)), "\"" + "x".repeat(70) + "\""),
        Arguments.of("uuid", Variants.ofUUID(ID), "\"" + ID + "\""),
        Arguments.of("object", object, "{\"a\":1,\"b\":null}"),
        Arguments.of("empty object", Variants.object(NAMES), "{}"),
        Arguments.of("empty array", Variants.array(), "[]"),
        Arguments.of("nested", nested, "{\"a\":[\"x\",{\"a\":1,\"b\":null},null]}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("variants")
  void everyKindOfVariantHasItsForm(String what, VariantValue value, String expected)
      throws IOException {
    assertThat(written(Types.VariantType.get(), Variant.of(NAMES, value)))
        .isEqualTo("{\"value\":" + expected + "}");
  }

  @Test
  void everyKindOfVariantIsTested() {
    assertThat(variants().map(arguments -> ((VariantValue) arguments.get()[1]).type()))
        .contains(PhysicalType.values());
  }

  @Test
  void aTimestampOfAnyOffsetIsWrittenInUtc() throws IOException {
    Types.StructType type =
        Types.StructType.of(Types.NestedField.optional(1, "value", Types.TimestampType.withZone()));
    Record row = GenericRecord.create(type);
    row.setField("value", OffsetDateTime.parse("2026-11-22T01:06:07.000008+02:00"));
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      RowJson.write(json, type, row);
    }
    assertThat(text).hasToString("{\"value\":\"2026-11-21T23:06:07.000008Z\"}");
  }

  @Test
  void aColumnThatIsNullIsLeftOut() throws IOException {
    assertThat(written(Types.StringType.get(), null)).isEqualTo("{}");
    assertThat(written(Types.VariantType.get(), null)).isEqualTo("{}");
  }

  private String written(Type type, Object value) throws IOException {
    Partition partition = TestGenerations.partition(Files.createTempDirectory(root, "written"));
    Generation generation =
        TestGenerations.create(
            partition, "table-7", new Schema(Types.NestedField.optional(1, "value", type)), "3");
    Schema schema = generation.metadata().schema(); // Iceberg gives fields ids of its own
    Record row = GenericRecord.create(schema);
    row.setField("value", value);
    TestGenerations.append(generation.table(), "1.parquet", List.of(row));
    List<String> rows = new ArrayList<>();
    Generation now = Generation.load(new LocalDisk(), generation.directory(), generation.name());
    new RowReader(new LocalDisk(), now)
        .forEach(
            schema,
            read -> {
              StringWriter text = new StringWriter();
              try (JsonGenerator json = JSON.createGenerator(text)) {
                RowJson.write(json, schema.asStruct(), read);
              }
              return rows.add(text.toString());
            });
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static Arguments of(String what, Type type, Object value, String expected) {
    return Arguments.of(what, type, value, expected);
  }

  private static Map<Object, Object> inOrder(Object... keysAndValues) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private static Record struct(Long number, List<String> list) {
    Record struct = GenericRecord.create(STRUCT);
    struct.setField("n", number);
    struct.setField("list", list);
    return struct;
  }
}
