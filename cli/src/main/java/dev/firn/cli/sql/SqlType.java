package dev.firn.cli.sql;

import java.util.stream.Collectors;
import org.apache.iceberg.avro.AvroSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * What a column of a table is in SQL.
 *
 * @param stored as the engine reads it from a file
 * @param shown as queries see it
 */
record SqlType(String stored, String shown) {
  private static final String JSON = "JSON";
  private static final String TEXT = "VARCHAR";

  static SqlType of(Type type) {
    String stored = stored(type);
    return new SqlType(stored, type.isVariantType() ? JSON : stored);
  }

  /**
   * False if the engine has nothing for it, or would not find it: in a file it looks for what is in
   * a struct by name, and files spell some names in another way.
   */
  static boolean isSupported(Type type) {
    return switch (type.typeId()) {
      case GEOMETRY, GEOGRAPHY, UNKNOWN -> false;
      case STRUCT ->
          type.asStructType().fields().stream()
              .allMatch(
                  f ->
                      !f.type().isVariantType()
                          && AvroSchemaUtil.makeCompatibleName(f.name()).equals(f.name())
                          && isSupported(f.type()));
      case LIST ->
          !type.asListType().elementType().isVariantType()
              && isSupported(type.asListType().elementType());
      case MAP ->
          !type.asMapType().valueType().isVariantType()
              && isSupported(type.asMapType().keyType())
              && isSupported(type.asMapType().valueType());
      default -> true;
    };
  }

  private static String stored(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> "BOOLEAN";
      case INTEGER -> "INTEGER";
      case LONG -> "BIGINT";
      case FLOAT -> "FLOAT";
      case DOUBLE -> "DOUBLE";
      case DECIMAL ->
          "DECIMAL("
              + ((Types.DecimalType) type).precision()
              + ","
              + ((Types.DecimalType) type).scale()
              + ")";
      case DATE -> "DATE";
      case TIME -> "TIME";
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? "TIMESTAMP WITH TIME ZONE"
              : "TIMESTAMP";
      case TIMESTAMP_NANO -> "TIMESTAMP_NS";
      case STRING -> TEXT;
      case UUID -> "UUID";
      case FIXED, BINARY -> "BLOB";
      case VARIANT -> "VARIANT";
      case STRUCT ->
          type.asStructType().fields().stream()
              .map(f -> Sql.name(f.name()) + " " + stored(f.type()))
              .collect(Collectors.joining(", ", "STRUCT(", ")"));
      case LIST -> stored(type.asListType().elementType()) + "[]";
      case MAP ->
          "MAP("
              + stored(type.asMapType().keyType())
              + ", "
              + stored(type.asMapType().valueType())
              + ")";
      case GEOMETRY, GEOGRAPHY, UNKNOWN -> throw new IllegalArgumentException(type.toString());
    };
  }

  /**
   * What a column is that is one thing in some partitions and another in others: numbers become the
   * wider number, times the finer time, everything else JSON where one of them is nested, else
   * text.
   */
  static String united(String a, String b) {
    if (a.equals(b)) {
      return a;
    }
    int numberA = numberRank(a);
    int numberB = numberRank(b);
    if (numberA > 0 && numberB > 0) {
      return switch (Math.max(numberA, numberB)) {
        case 1 -> "INTEGER";
        case 2 -> "BIGINT";
        default -> "DOUBLE";
      };
    }
    int timeA = timeRank(a);
    int timeB = timeRank(b);
    if (timeA > 0 && timeB > 0) {
      return timeA > timeB ? a : b;
    }
    return isNested(a) || isNested(b) ? JSON : TEXT;
  }

  private static int numberRank(String type) {
    return switch (type) {
      case "INTEGER" -> 1;
      case "BIGINT" -> 2;
      case "FLOAT", "DOUBLE" -> 3;
      default -> type.startsWith("DECIMAL(") ? 3 : 0;
    };
  }

  private static int timeRank(String type) {
    return switch (type) {
      case "DATE" -> 1;
      case "TIMESTAMP" -> 2;
      case "TIMESTAMP WITH TIME ZONE" -> 3;
      default -> 0;
    };
  }

  private static boolean isNested(String type) {
    return type.equals(JSON)
        || type.startsWith("STRUCT(")
        || type.startsWith("MAP(")
        || type.endsWith("[]");
  }

  /** An expression of the stored type as one of a wanted type. */
  String as(String expression, String wanted) {
    if (wanted.equals(stored)) {
      return expression;
    }
    if (wanted.equals(JSON)) {
      return stored.equals("VARIANT")
          ? "CAST(" + expression + " AS JSON)"
          : "to_json(" + expression + ")";
    }
    return "CAST(" + expression + " AS " + wanted + ")";
  }
}
