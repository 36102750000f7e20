package dev.firn.cli.sql;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * What a column of a table is in SQL.
 *
 * @param type as the table has it
 * @param stored as the engine reads it from a file
 * @param shown as queries see it
 */
record SqlType(Type type, String stored, String shown) {
  private static final String JSON = "JSON";
  private static final String TEXT = "VARCHAR";

  static SqlType of(Type type) {
    return new SqlType(type, text(type, true), type.isVariantType() ? JSON : text(type, false));
  }

  /** False if the engine has nothing for it, or would take two fields of a struct for one. */
  static boolean isSupported(Type type) {
    return switch (type.typeId()) {
      case GEOMETRY, GEOGRAPHY, UNKNOWN -> false;
      case STRUCT ->
          StructFields.areDistinct(type.asStructType())
              && type.asStructType().fields().stream()
                  .allMatch(f -> !f.type().isVariantType() && isSupported(f.type()));
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

  /**
   * @param inFile with every name that a field may have in a file
   */
  private static String text(Type type, boolean inFile) {
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
              .flatMap(
                  f ->
                      (inFile ? StructFields.spellings(f) : List.of(f.name()))
                          .stream().map(name -> Sql.name(name) + " " + text(f.type(), inFile)))
              .collect(Collectors.joining(", ", "STRUCT(", ")"));
      case LIST -> text(type.asListType().elementType(), inFile) + "[]";
      case MAP ->
          "MAP("
              + text(type.asMapType().keyType(), inFile)
              + ", "
              + text(type.asMapType().valueType(), inFile)
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
    String named = StructFields.named(expression, type);
    if (wanted.equals(shown) && !type.isVariantType()) {
      return named;
    }
    if (wanted.equals(JSON)) {
      return type.isVariantType() ? "CAST(" + named + " AS JSON)" : "to_json(" + named + ")";
    }
    return "CAST(" + named + " AS " + wanted + ")";
  }
}
