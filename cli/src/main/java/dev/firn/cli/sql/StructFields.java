package dev.firn.cli.sql;

import dev.firn.core.read.StrangeField;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * How the fields of structs are found in files. The engine looks for them by name, and there are
 * two ways to spell a name that Avro would not take: Iceberg's writers put {@code a_x2Db} into a
 * file for {@code a-b}, others the name as it is. So such a field is read under both spellings, of
 * which a file has one and the other is NULL, and shown under its name.
 */
final class StructFields {
  private int variables;

  private StructFields() {}

  /** The names that a field may have in a file; the first is its own. */
  static List<String> spellings(Types.NestedField field) {
    return StrangeField.spellings(field);
  }

  /**
   * False if the engine would take two names for one, which it does where only case differs, or if
   * there is none.
   */
  static boolean areDistinct(Types.StructType struct) {
    Set<String> taken = new HashSet<>();
    return !struct.fields().isEmpty()
        && struct.fields().stream()
            .flatMap(field -> spellings(field).stream())
            .allMatch(name -> taken.add(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * An expression of what was read of a type as one of the type itself.
   *
   * @return the same expression where every name has one spelling
   */
  static String named(String expression, Type type) {
    return isPlain(type) ? expression : new StructFields().value(expression, type);
  }

  private static boolean isPlain(Type type) {
    return switch (type.typeId()) {
      case STRUCT ->
          type.asStructType().fields().stream()
              .allMatch(field -> spellings(field).size() == 1 && isPlain(field.type()));
      case LIST -> isPlain(type.asListType().elementType());
      case MAP -> isPlain(type.asMapType().keyType()) && isPlain(type.asMapType().valueType());
      default -> true;
    };
  }

  private String value(String expression, Type type) {
    if (isPlain(type)) {
      return expression;
    }
    return switch (type.typeId()) {
      case STRUCT -> unlessNull(expression, struct(expression, type.asStructType()));
      case LIST -> unlessNull(expression, list(expression, type.asListType().elementType()));
      case MAP -> unlessNull(expression, map(expression, type.asMapType()));
      default -> throw new AssertionError(type);
    };
  }

  private static String unlessNull(String expression, String value) {
    return "CASE WHEN " + expression + " IS NULL THEN NULL ELSE " + value + " END";
  }

  private String struct(String expression, Types.StructType struct) {
    List<String> fields = new ArrayList<>();
    for (Types.NestedField field : struct.fields()) {
      String read =
          spellings(field).stream()
              .map(name -> expression + "." + Sql.name(name))
              .collect(Collectors.joining(", "));
      String value = spellings(field).size() == 1 ? read : "coalesce(" + read + ")";
      fields.add(Sql.name(field.name()) + " := " + value(value, field.type()));
    }
    return "struct_pack(" + String.join(", ", fields) + ")";
  }

  private String list(String expression, Type element) {
    String variable = "v" + variables++;
    return "list_transform("
        + expression
        + ", lambda "
        + variable
        + ": "
        + value(variable, element)
        + ")";
  }

  private String map(String expression, Types.MapType map) {
    String variable = "v" + variables++;
    return "map_from_entries(list_transform(map_entries("
        + expression
        + "), lambda "
        + variable
        + ": struct_pack(\"key\" := "
        + value(variable + ".\"key\"", map.keyType())
        + ", \"value\" := "
        + value(variable + ".\"value\"", map.valueType())
        + ")))";
  }
}
