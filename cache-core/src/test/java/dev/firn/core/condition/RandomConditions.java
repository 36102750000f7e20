package dev.firn.core.condition;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Seeded rows of every type that can be compared, and conditions on them. */
final class RandomConditions {
  static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "i", Types.IntegerType.get()),
          Types.NestedField.optional(2, "l", Types.LongType.get()),
          Types.NestedField.optional(3, "f", Types.FloatType.get()),
          Types.NestedField.optional(4, "d", Types.DoubleType.get()),
          Types.NestedField.optional(5, "c", Types.DecimalType.of(12, 3)),
          Types.NestedField.optional(6, "s", Types.StringType.get()),
          Types.NestedField.optional(7, "b", Types.BooleanType.get()),
          Types.NestedField.optional(8, "day", Types.DateType.get()),
          Types.NestedField.optional(9, "ts", Types.TimestampType.withoutZone()),
          Types.NestedField.optional(10, "tz", Types.TimestampType.withZone()),
          Types.NestedField.optional(11, "ns", Types.TimestampNanoType.withoutZone()),
          Types.NestedField.optional(12, "tm", Types.TimeType.get()),
          Types.NestedField.optional(13, "u", Types.UUIDType.get()));

  private static final String[] SQL_TYPES = {
    "INTEGER",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL(12,3)",
    "VARCHAR",
    "BOOLEAN",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "TIMESTAMP_NS",
    "TIME",
    "UUID"
  };
  private static final String[] CHARACTERS = {
    "a", "b", "B", "%", "_", "'", "\\", "é", "😀", "\uFFFD", "\uE000", " ", "\n", "\""
  };
  private static final String[] OPERATORS = {"=", "<>", "!=", "<", "<=", ">", ">="};
  private static final LocalDateTime START = LocalDateTime.of(2026, 1, 1, 0, 0);

  private static final DateTimeFormatter SECONDS = DateTimeFormatter.ISO_LOCAL_DATE_TIME;

  private final Random random;

  RandomConditions(Random random) {
    this.random = random;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  String createTable() {
    StringBuilder sql = new StringBuilder("CREATE TABLE t (id INTEGER");
    for (int i = 0; i < SQL_TYPES.length; i++) {
      sql.append(", ").append(name(i)).append(' ').append(SQL_TYPES[i]);
    }
    return sql.append(")").toString();
  }

  List<Map<String, Object>> rows(int count) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, Object> row = new HashMap<>();
      for (int column = 0; column < SQL_TYPES.length; column++) {
        if (random.nextInt(6) > 0) {
          row.put(name(column), value(column));
        }
      }
      rows.add(row);
    }
    return rows;
  }

  String values(List<Map<String, Object>> rows) {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      sql.append(i == 0 ? "(" : ", (").append(i);
      for (int column = 0; column < SQL_TYPES.length; column++) {
        Object value = rows.get(i).get(name(column));
        sql.append(", ")
            .append(
                value == null
                    ? "NULL"
                    : "CAST(" + stored(column, value) + " AS " + SQL_TYPES[column] + ")");
      }
      sql.append(')');
    }
    return sql.toString();
  }

  private static String stored(int column, Object value) {
    return column == 2 || column == 3 ? "'" + value + "'" : literal(column, value);
  }

  String condition(int depth) {
    int kind = random.nextInt(depth > 0 ? 10 : 5);
    return switch (kind) {
      case 5, 6 -> join(" AND ", depth);
      case 7, 8 -> join(" OR ", depth);
      case 9 -> "NOT (" + condition(depth - 1) + ")";
      default -> test(random.nextInt(SQL_TYPES.length));
    };
  }

  private String join(String word, int depth) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(2); i++) {
      parts.add("(" + condition(depth - 1) + ")");
    }
    return parts.stream().collect(Collectors.joining(word));
  }

  private String test(int column) {
    String name = random.nextInt(4) == 0 ? "\"" + name(column) + "\"" : name(column);
    String not = random.nextInt(3) == 0 ? "NOT " : "";
    return switch (random.nextInt(9)) {
      case 0 -> name + " IS " + not + "NULL";
      case 1 -> name + " " + not + "IN (" + literals(column) + ")";
      case 2 ->
          name + " " + not + "BETWEEN " + exactLiteral(column) + " AND " + exactLiteral(column);
      case 3 -> name(5) + " " + not + "LIKE " + quoted(pattern());
      case 4 -> not + name(6);
      case 5 -> literal(column) + " " + operator() + " " + name;
      default -> not + name + " " + operator() + " " + literal(column);
    };
  }

  private String operator() {
    return OPERATORS[random.nextInt(OPERATORS.length)];
  }

  private String literals(int column) {
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      literals.add(random.nextInt(8) == 0 ? "NULL" : exactLiteral(column));
    }
    return String.join(", ", literals);
  }

  private String literal(int column) {
    if (column < 5 && random.nextInt(5) == 0) {
      return random.nextInt(40) + (random.nextBoolean() ? "e0" : ".5e-1");
    }
    return exactLiteral(column);
  }

  /** Often a value that a row may have; now and then one that no column has. */
  private String exactLiteral(int column) {
    if (column < 5 && random.nextInt(8) == 0) {
      return BigDecimal.valueOf(random.nextInt(400) - 200, random.nextInt(4)).toPlainString();
    }
    if (column < 5 && random.nextInt(20) == 0) {
      return BigInteger.TWO.pow(60 + random.nextInt(8)).subtract(BigInteger.ONE).toString();
    }
    Object value = value(column);
    if (value instanceof Float || value instanceof Double) {
      double number = ((Number) value).doubleValue();
      // DuckDB makes a double of many digits by way of whole numbers, and is off by one unit then.
      return Double.isFinite(number) && value.toString().length() < 8
          ? new BigDecimal(value.toString()).toPlainString()
          : "5";
    }
    return literal(column, value);
  }

  private static String literal(int column, Object value) {
    return switch (column) {
      case 5, 12 -> quoted(value.toString());
      case 7 -> quoted(LocalDate.ofEpochDay((Integer) value).toString());
      case 8 -> quoted(SECONDS.format(time((Long) value, 1_000_000)));
      case 9 -> quoted(SECONDS.format(time((Long) value, 1_000_000)) + "Z");
      case 10 -> quoted(SECONDS.format(time((Long) value, 1_000_000_000)));
      case 11 -> quoted(LocalTime.ofNanoOfDay((Long) value * 1000).toString());
      default -> value instanceof BigDecimal d ? d.toPlainString() : value.toString();
    };
  }

  private static LocalDateTime time(long units, long perSecond) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(units, perSecond),
        (int) (Math.floorMod(units, perSecond) * (1_000_000_000 / perSecond)),
        ZoneOffset.UTC);
  }

  /** Few different ones, so that conditions hit; and the edges. */
  private Object value(int column) {
    int small = random.nextInt(20) - 10;
    boolean edge = random.nextInt(12) == 0;
    long seconds = START.plusHours(small * 7L).toEpochSecond(ZoneOffset.UTC);
    return switch (column) {
      case 0 -> edge ? (Object) Integer.MAX_VALUE : (Object) small;
      case 1 -> edge ? Long.MAX_VALUE - random.nextInt(2) : (long) small;
      case 2 -> edge ? single() : small / 8f + (random.nextBoolean() ? 0.1f : 0);
      case 3 -> edge ? (double) single() : small / 8.0 + (random.nextBoolean() ? 0.1 : 0);
      case 4 -> BigDecimal.valueOf(small * 1250L + random.nextInt(2), 3);
      case 5 -> text(random.nextInt(5));
      case 6 -> random.nextBoolean();
      case 7 -> (int) START.toLocalDate().plusDays(small).toEpochDay();
      case 8, 9 -> seconds * 1_000_000 + random.nextInt(2);
      case 10 -> seconds * 1_000_000_000 + random.nextInt(2);
      case 11 -> (small + 10) * 3_600_000_000L + random.nextInt(2);
      case 12 -> new UUID((long) small << 60, small);
      default -> throw new AssertionError(column);
    };
  }

  private float single() {
    float[] edges = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, 1e30f};
    return edges[random.nextInt(edges.length)];
  }

  private String pattern() {
    StringBuilder pattern = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      pattern.append(random.nextBoolean() ? "%" : text(1));
    }
    return pattern.toString();
  }

  private String text(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String name(int column) {
    return SCHEMA.columns().get(column).name();
  }
}
