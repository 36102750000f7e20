package dev.firn.cli.sql;

import dev.firn.cli.sql.Results.Column;
import dev.firn.cli.sql.Results.Kind;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a result and their values as text: times as {@code query rows} prints them, binary
 * as base64, everything nested as JSON.
 */
record Cells(List<Column> columns) {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");
  private static final DateTimeFormatter NANOS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS");

  /** What the engine keeps in place of a time that is before or after all others. */
  private static final Map<Object, String> INFINITE =
      Map.of(
          LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC).plus(Long.MAX_VALUE, ChronoUnit.MICROS),
          "infinity",
          LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC)
              .plus(-Long.MAX_VALUE, ChronoUnit.MICROS),
          "-infinity",
          LocalDate.ofEpochDay(Integer.MAX_VALUE),
          "infinity",
          LocalDate.ofEpochDay(-Integer.MAX_VALUE),
          "-infinity");

  Cells {
    columns = List.copyOf(columns);
  }

  static Cells of(ResultSetMetaData data) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= data.getColumnCount(); i++) {
      String type = data.getColumnTypeName(i);
      columns.add(new Column(data.getColumnLabel(i), type, kind(type)));
    }
    return new Cells(columns);
  }

  private static Kind kind(String type) {
    return switch (type) {
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT" -> Kind.NUMBER;
      case "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT" -> Kind.NUMBER;
      case "FLOAT", "DOUBLE" -> Kind.NUMBER;
      case "BOOLEAN" -> Kind.FLAG;
      case "JSON" -> Kind.JSON;
      default -> type.startsWith("DECIMAL(") ? Kind.NUMBER : isNested(type) ? Kind.JSON : Kind.TEXT;
    };
  }

  private static boolean isNested(String type) {
    return type.startsWith("STRUCT")
        || type.startsWith("MAP")
        || type.startsWith("UNION")
        || type.startsWith("VARIANT")
        || type.endsWith("]");
  }

  /**
   * The query with everything that JDBC has no plain value for made into text by the engine; the
   * same query if there is no such column.
   */
  String readable(String query) {
    List<String> values = new ArrayList<>();
    List<String> names = new ArrayList<>();
    boolean plain = true;
    for (int i = 0; i < columns.size(); i++) {
      String type = columns.get(i).type();
      String name = "c" + i;
      String value =
          type.startsWith("VARIANT")
              ? "CAST(" + name + " AS JSON)"
              : isNested(type)
                  ? nested(name, type)
                  : type.equals("BLOB") || type.equals("TIME")
                      ? NestedJson.leaf(name, type)
                      : isScalar(type) ? name : "CAST(" + name + " AS VARCHAR)";
      plain &= value.equals(name);
      values.add(value);
      names.add(name);
    }
    return plain
        ? query
        : "SELECT "
            + String.join(", ", values)
            + " FROM (\n"
            + query.strip().replaceAll("(\\s*;)+$", "")
            + "\n) AS q("
            + String.join(", ", names)
            + ")";
  }

  private static String nested(String name, String type) {
    return type.startsWith("UNION") ? "to_json(" + name + ")" : NestedJson.of(name, type);
  }

  private static boolean isScalar(String type) {
    return kind(type) != Kind.TEXT
        || switch (type) {
          case "VARCHAR", "DATE", "UUID", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE" -> true;
          case "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S" -> true;
          default -> false;
        };
  }

  /** The values of the row that the result stands on. */
  List<@Nullable String> read(ResultSet result) throws SQLException {
    List<@Nullable String> cells = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      cells.add(read(result, i + 1, columns.get(i).type()));
    }
    return cells;
  }

  private static @Nullable String read(ResultSet result, int at, String type) throws SQLException {
    switch (type) {
      case "TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_S", "TIMESTAMP_NS" -> {
        LocalDateTime time = result.getObject(at, LocalDateTime.class);
        return time == null
            ? null
            : INFINITE.getOrDefault(
                time, (type.equals("TIMESTAMP_NS") ? NANOS : MICROS).format(time));
      }
      case "TIMESTAMP WITH TIME ZONE" -> {
        OffsetDateTime offset = result.getObject(at, OffsetDateTime.class);
        if (offset == null) {
          return null;
        }
        LocalDateTime time = offset.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
        return INFINITE.getOrDefault(time, MICROS.format(time) + "Z");
      }
      default -> {
        Object value = result.getObject(at);
        return value instanceof LocalDate date
            ? INFINITE.getOrDefault(date, date.toString())
            : value == null ? null : value.toString();
      }
    }
  }
}
