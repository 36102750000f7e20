package dev.firn.core.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.rows.RowFiles.Written;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes: every value is in its column or in the rescue column, and nowhere twice. */
class RandomRowsTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "c",
          "d",
          "e",
          "f",
          "g",
          "A",
          "B",
          "a.b",
          "a b",
          "a_x2Eb",
          "",
          "_rescued",
          "_2",
          "größe",
          "\u0007",
          "variant",
          "struct",
          "list",
          "map",
          "decimal",
          "date",
          "time",
          "float",
          "long",
          "uuid",
          "binary",
          "need");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void noValueIsLostInAGrowingTable(long seed) throws Exception {
    Random random = new Random(seed);
    RowFiles files = new RowFiles(directory);
    Schema schema = seed % 2 == 0 ? null : foreign();
    List<Written> written = new ArrayList<>();
    List<List<ObjectNode>> exchanges = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      List<ObjectNode> rows = RowFiles.rows(json(exchange(random, 1 + i % 4)));
      SchemaFit fit = SchemaFit.of(schema, 100, rows, OnMismatch.RESCUE);
      SchemaFit strict = SchemaFit.of(schema, 100, rows, OnMismatch.REJECT);
      assertThat(strict.firstMismatch().isPresent()).isEqualTo(fit.rescuedValues() > 0);
      keepsWhatWasThere(schema, fit);
      if (schema != null) {
        boolean asItIs = !fit.changesSchema() && fit.rescuedValues() == 0;
        assertThat(new TableFit(schema).takes(rows)).isEqualTo(asItIs);
      }
      boolean fits = new TableFit(fit.schema()).takes(rows);
      assertThat(fits).isEqualTo(fit.rescuedValues() == 0);
      schema = fit.schema();
      written.add(files.land(schema, rows));
      exchanges.add(rows);
      assertThat(written.get(i).file().rescuedValues()).isEqualTo(fit.rescuedValues());
      assertThat(SchemaFit.of(schema, 100, rows, OnMismatch.RESCUE).schema()).isSameAs(schema);
    }
    for (int i = 0; i < written.size(); i++) {
      // Old files are read with the newest schema.
      List<ObjectNode> read = files.read(written.get(i).path(), schema);
      assertThat(read).hasSameSizeAs(exchanges.get(i));
      long rescued = 0;
      for (int row = 0; row < read.size(); row++) {
        rescued += same(schema, exchanges.get(i).get(row), read.get(row));
      }
      assertThat(rescued).isEqualTo(written.get(i).file().rescuedValues());
    }
  }

  private static void keepsWhatWasThere(Schema before, SchemaFit fit) {
    if (before == null) {
      return;
    }
    for (Types.NestedField field : before.columns()) {
      Types.NestedField now = fit.schema().findField(field.fieldId());
      assertThat(now.name()).isEqualTo(field.name());
      if (!now.type().equals(field.type())) {
        assertThat(field.type()).isEqualTo(Types.IntegerType.get());
        assertThat(now.type()).isEqualTo(Types.LongType.get());
      }
    }
  }

  private static Schema foreign() {
    return new Schema(
        Types.NestedField.optional(1, "variant", Types.VariantType.get()),
        Types.NestedField.optional(
            2,
            "struct",
            Types.StructType.of(
                Types.NestedField.optional(3, "a", Types.IntegerType.get()),
                Types.NestedField.optional(4, "b", Types.VariantType.get()))),
        Types.NestedField.optional(5, "list", Types.ListType.ofOptional(6, Types.StringType.get())),
        Types.NestedField.optional(
            7, "map", Types.MapType.ofOptional(8, 9, Types.StringType.get(), Types.LongType.get())),
        Types.NestedField.optional(10, "decimal", Types.DecimalType.of(20, 4)),
        Types.NestedField.optional(11, "date", Types.DateType.get()),
        Types.NestedField.optional(12, "time", Types.TimeType.get()),
        Types.NestedField.optional(13, "float", Types.FloatType.get()),
        Types.NestedField.optional(14, "long", Types.LongType.get()),
        Types.NestedField.optional(15, "uuid", Types.UUIDType.get()),
        Types.NestedField.optional(16, "binary", Types.BinaryType.get()),
        Types.NestedField.required(17, "need", Types.IntegerType.get()));
  }

  private static ArrayNode exchange(Random random, int wildness) {
    ArrayNode rows = NODES.arrayNode();
    int count = 1 + random.nextInt(random.nextInt(5) == 0 ? 300 : 20);
    for (int i = 0; i < count; i++) {
      ObjectNode row = rows.addObject();
      for (int fields = random.nextInt(14); fields > 0; fields--) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        // Most names have values of one kind, so that columns fill.
        int kind = random.nextInt(10) < wildness ? random.nextInt(14) : name.hashCode() & 7;
        row.set(name, value(random, kind, 0));
      }
    }
    return rows;
  }

  private static String json(JsonNode node) {
    return new String(JsonText.of(node), StandardCharsets.UTF_8);
  }

  private static JsonNode value(Random random, int kind, int depth) {
    return switch (kind) {
      case 0 -> NODES.numberNode(random.nextInt(1000));
      case 1 -> NODES.textNode("text " + random.nextInt(5));
      case 2 -> NODES.numberNode(random.nextInt());
      case 3 -> NODES.numberNode(BigDecimal.valueOf(random.nextInt(10_000), random.nextInt(6)));
      case 4 ->
          NODES.textNode(
              Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1000L)
                  .toString());
      case 5 -> NODES.booleanNode(random.nextBoolean());
      case 6, 7 -> nested(random, depth);
      case 8 -> NODES.numberNode(random.nextLong());
      case 9 -> NODES.nullNode();
      case 10 -> NODES.numberNode(new BigInteger(30 + random.nextInt(120), random));
      case 11 -> NODES.numberNode(new BigDecimal(Double.longBitsToDouble(random.nextLong() >>> 2)));
      case 12 ->
          NODES.textNode(
              List.of(
                      "2026-01-01",
                      "10:00:00",
                      "2026-01-01T00:00:00",
                      "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                      "AAEC",
                      "\ud800",
                      "NaN",
                      "x".repeat(3000),
                      "")
                  .get(random.nextInt(9)));
      default ->
          NODES.numberNode(new BigDecimal(new BigInteger(60, random), random.nextInt(30) - 5));
    };
  }

  private static JsonNode nested(Random random, int depth) {
    if (random.nextBoolean()) {
      ArrayNode array = NODES.arrayNode();
      for (int i = random.nextInt(4); i > 0; i--) {
        array.add(value(random, random.nextInt(depth > 3 ? 6 : 14), depth + 1));
      }
      return array;
    }
    ObjectNode object = NODES.objectNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = List.of("a", "b", "", "größe").get(random.nextInt(4));
      object.set(name, value(random, random.nextInt(depth > 3 ? 6 : 14), depth + 1));
    }
    return object;
  }

  /** How many values of the row were rescued; fails if one is missing. */
  private static long same(Schema schema, ObjectNode row, ObjectNode read) {
    JsonNode rescued =
        read.has("_rescued") ? RowFiles.json(read.get("_rescued").textValue()) : NODES.objectNode();
    Set<String> found = new HashSet<>();
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      boolean inColumn = !name.equals("_rescued") && read.has(name);
      if (value.isNull()) {
        assertThat(rescued.has(name)).isFalse();
        assertThat(inColumn).isFalse();
        continue;
      }
      assertThat(rescued.has(name)).as("%s of %s in %s", name, row, read).isNotEqualTo(inColumn);
      if (inColumn) {
        found.add(name);
        if (!means(schema.asStruct().field(name).type(), read.get(name), value)) {
          fail("%s: %s became %s", name, value, read.get(name));
        }
      } else {
        assertThat(rescued.get(name)).isEqualTo(value);
      }
    }
    read.remove("_rescued");
    assertThat(read.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(found);
    return rescued.size();
  }

  private static boolean means(Type type, JsonNode read, JsonNode value) {
    if (value.isNumber()) {
      return switch (type.typeId()) {
        case FLOAT -> read.floatValue() == value.floatValue();
        case DOUBLE -> read.doubleValue() == value.doubleValue();
        case VARIANT ->
            read.decimalValue().compareTo(value.decimalValue()) == 0
                || read.doubleValue() == value.doubleValue();
        default -> read.decimalValue().compareTo(value.decimalValue()) == 0;
      };
    }
    if (type.typeId() == Type.TypeID.STRING && value.isContainerNode()) {
      return RowFiles.json(read.textValue()).equals(value);
    }
    if (type.equals(Types.TimestampType.withZone())) {
      return OffsetDateTime.parse(read.textValue())
          .isEqual(OffsetDateTime.parse(value.textValue()));
    }
    if (type.typeId() == Type.TypeID.TIME) {
      return LocalTime.parse(read.textValue()).equals(LocalTime.parse(value.textValue()));
    }
    if (value.isArray()) {
      boolean same = read.size() == value.size();
      for (int i = 0; same && i < value.size(); i++) {
        Type element = type.isListType() ? type.asListType().elementType() : type;
        same = both(element, read.get(i), value.get(i));
      }
      return same;
    }
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        Type child =
            type.isStructType()
                ? type.asStructType().field(field.getKey()).type()
                : type.isMapType() ? type.asMapType().valueType() : type;
        JsonNode other = read.get(field.getKey());
        if (!both(child, other, field.getValue())) {
          return false;
        }
      }
      return read.size() <= value.size();
    }
    return read.equals(value);
  }

  private static boolean both(Type type, JsonNode read, JsonNode value) {
    return value.isNull() || read == null
        ? value.isNull() && (read == null || read.isNull())
        : means(type, read, value);
  }
}
