package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Rows of columns that are not nested, of every kind, with nulls and values that repeat. */
final class FlatRows {
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

  private FlatRows() {}

  static Schema schema(Random random) {
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

  static List<ObjectNode> rows(Random random, Schema schema, int count) {
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
