package dev.firn.core.rows;

import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * A type as people read it: {@code struct<name: string, since: timestamptz>}, without field ids,
 * which differ from table to table; what has to be there is {@code not null}.
 */
public final class TypeText {
  private TypeText() {}

  public static String of(Type type) {
    return switch (type.typeId()) {
      case STRUCT ->
          type.asStructType().fields().stream()
              .map(field -> field.name() + ": " + of(field))
              .collect(Collectors.joining(", ", "struct<", ">"));
      case LIST -> "list<" + of(type.asListType().fields().get(0)) + ">";
      case MAP ->
          "map<"
              + of(type.asMapType().keyType())
              + ", "
              + of(type.asMapType().fields().get(1))
              + ">";
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC() ? "timestamptz" : "timestamp";
      default -> type.toString();
    };
  }

  private static String of(Types.NestedField field) {
    return of(field.type()) + (field.isRequired() ? " not null" : "");
  }
}
