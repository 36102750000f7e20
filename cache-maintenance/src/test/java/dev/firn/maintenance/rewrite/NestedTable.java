package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.variants.ShreddedObject;
import org.apache.iceberg.variants.Variant;
import org.apache.iceberg.variants.VariantMetadata;
import org.apache.iceberg.variants.Variants;

/** Seeded rows of every type that Iceberg's generic writer writes, nested in every way. */
final class NestedTable {
  static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "flag", Types.BooleanType.get()),
          optional(3, "number", Types.IntegerType.get()),
          optional(4, "real", Types.FloatType.get()),
          optional(5, "precise", Types.DoubleType.get()),
          optional(6, "day", Types.DateType.get()),
          optional(7, "time", Types.TimeType.get()),
          optional(8, "local", Types.TimestampType.withoutZone()),
          optional(9, "instant", Types.TimestampType.withZone()),
          optional(10, "nanos", Types.TimestampNanoType.withZone()),
          optional(11, "text", Types.StringType.get()),
          optional(12, "uuid", Types.UUIDType.get()),
          optional(13, "fixed", Types.FixedType.ofLength(5)),
          optional(14, "bytes", Types.BinaryType.get()),
          optional(15, "small", Types.DecimalType.of(7, 2)),
          optional(16, "medium", Types.DecimalType.of(15, 3)),
          optional(17, "large", Types.DecimalType.of(30, 4)),
          optional(18, "variant", Types.VariantType.get()),
          optional(
              20,
              "struct",
              Types.StructType.of(
                  required(21, "a", Types.StringType.get()),
                  optional(
                      22,
                      "inner",
                      Types.StructType.of(
                          optional(23, "b", Types.LongType.get()),
                          optional(
                              24, "c", Types.ListType.ofOptional(25, Types.StringType.get())))))),
          required(30, "strings", Types.ListType.ofOptional(31, Types.StringType.get())),
          optional(
              32,
              "structs",
              Types.ListType.ofRequired(
                  33,
                  Types.StructType.of(
                      optional(34, "x", Types.IntegerType.get()),
                      optional(
                          35,
                          "lists",
                          Types.ListType.ofOptional(
                              36, Types.ListType.ofRequired(37, Types.LongType.get())))))),
          optional(
              40,
              "map",
              Types.MapType.ofOptional(
                  41,
                  42,
                  Types.StringType.get(),
                  Types.StructType.of(
                      optional(43, "d", Types.DoubleType.get()),
                      optional(
                          44,
                          "m",
                          Types.MapType.ofRequired(
                              45, 46, Types.IntegerType.get(), Types.StringType.get()))))));

  private final Random random;

  private NestedTable(long seed) {
    this.random = new Random(seed);
  }

  static List<Record> rows(long seed, int count) {
    NestedTable table = new NestedTable(seed);
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(table.row(i));
    }
    return rows;
  }

  private Record row(long id) {
    Record row = GenericRecord.create(SCHEMA);
    row.setField("id", id);
    maybe(row, "flag", random.nextBoolean());
    maybe(row, "number", random.nextInt());
    maybe(row, "real", random.nextInt(10) == 0 ? Float.NaN : random.nextFloat());
    maybe(row, "precise", random.nextInt(10) == 0 ? Double.NEGATIVE_INFINITY : random.nextDouble());
    maybe(row, "day", LocalDate.ofEpochDay(random.nextInt(30_000) - 10_000));
    maybe(row, "time", LocalTime.ofNanoOfDay(random.nextInt(86_400_000) * 1_000_000L));
    LocalDateTime local =
        LocalDateTime.ofEpochSecond(random.nextInt(), 123_456_000, ZoneOffset.UTC);
    maybe(row, "local", local);
    OffsetDateTime instant = local.atOffset(ZoneOffset.UTC);
    maybe(row, "instant", instant);
    maybe(row, "nanos", instant.plusNanos(789));
    maybe(row, "text", text());
    maybe(row, "uuid", new UUID(random.nextLong(), random.nextLong()));
    maybe(row, "fixed", bytes(5));
    maybe(row, "bytes", ByteBuffer.wrap(bytes(random.nextInt(20))));
    maybe(row, "small", BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000, 2));
    maybe(row, "medium", BigDecimal.valueOf(random.nextLong() % 1_000_000_000_000L, 3));
    maybe(row, "large", new BigDecimal(new java.math.BigInteger(90, random), 4));
    maybe(row, "variant", variant());
    maybe(row, "struct", struct());
    row.setField("strings", list(this::text));
    maybe(row, "structs", list(this::element).stream().filter(e -> e != null).toList());
    maybe(row, "map", map());
    return row;
  }

  private void maybe(Record row, String name, Object value) {
    row.setField(name, random.nextInt(4) == 0 ? null : value);
  }

  private String text() {
    return "text-" + random.nextInt(12) + "ä".repeat(random.nextInt(3));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private <T> List<T> list(java.util.function.Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(random.nextInt(4) == 0 ? null : element.get());
    }
    return list;
  }

  private Variant variant() {
    VariantMetadata metadata = Variants.metadata("a", "b");
    ShreddedObject object = Variants.object(metadata);
    object.put("a", Variants.of(random.nextInt()));
    object.put("b", Variants.of(text()));
    return Variant.of(metadata, object);
  }

  private Record struct() {
    Types.StructType type = SCHEMA.findType("struct").asStructType();
    Record struct = GenericRecord.create(type);
    struct.setField("a", text());
    Record inner = GenericRecord.create(type.fieldType("inner").asStructType());
    maybe(inner, "b", random.nextLong());
    maybe(inner, "c", list(this::text));
    maybe(struct, "inner", inner);
    return struct;
  }

  private Record element() {
    Record element = GenericRecord.create(SCHEMA.findType("structs.element").asStructType());
    maybe(element, "x", random.nextInt());
    maybe(
        element,
        "lists",
        list(() -> list(random::nextLong).stream().filter(e -> e != null).toList()));
    return element;
  }

  private Map<String, Record> map() {
    Map<String, Record> map = new HashMap<>();
    Types.StructType type = SCHEMA.findType("map.value").asStructType();
    for (int i = random.nextInt(4); i > 0; i--) {
      Record value = GenericRecord.create(type);
      maybe(value, "d", random.nextDouble());
      Map<Integer, String> inner = new HashMap<>();
      for (int j = random.nextInt(3); j > 0; j--) {
        inner.put(random.nextInt(), text());
      }
      maybe(value, "m", inner);
      map.put(text(), random.nextInt(5) == 0 ? null : value);
    }
    return map;
  }
}
