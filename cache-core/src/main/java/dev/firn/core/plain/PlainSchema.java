package dev.firn.core.plain;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A schema that Iceberg takes; one that it might refuse is unusual. */
final class PlainSchema {
  private static final Set<String> PRIMITIVES =
      Set.of(
          "boolean",
          "int",
          "long",
          "float",
          "double",
          "date",
          "time",
          "timestamp",
          "timestamptz",
          "string",
          "uuid",
          "binary");
  private static final Set<String> OF_SCHEMA = Set.of("type", "schema-id", "fields");
  private static final Set<String> OF_STRUCT = Set.of("type", "fields");
  private static final Set<String> OF_FIELD = Set.of("id", "name", "required", "type", "doc");
  private static final Set<String> OF_LIST =
      Set.of("type", "element-id", "element", "element-required");

  private final Set<Integer> ids = new HashSet<>();
  private final Map<String, PlainColumn> columns = new HashMap<>();
  private final int schemaId;

  private PlainSchema(int schemaId) {
    this.schemaId = schemaId;
  }

  static PlainSchema read(PlainJson schema) throws UnusualException {
    schema.requireOnly(OF_SCHEMA);
    PlainSchema read = new PlainSchema(schema.small("schema-id"));
    for (PlainJson field : schema.objects("fields")) {
      if (field.get("type") instanceof String type) {
        String name = field.text("name");
        read.columns.put(name, new PlainColumn(name, field.small("id"), type));
      }
    }
    read.struct(schema);
    return read;
  }

  int id() {
    return schemaId;
  }

  /** Those at the top that are not nested, by name. */
  Map<String, PlainColumn> columns() {
    return columns;
  }

  private void struct(PlainJson struct) throws UnusualException {
    UnusualException.unless(struct.text("type").equals("struct"), "no struct");
    Set<String> names = new HashSet<>();
    for (PlainJson field : struct.objects("fields")) {
      field.requireOnly(OF_FIELD);
      String name = field.text("name");
      // Names of nested columns are joined with dots, and must then differ as well.
      UnusualException.unless(name.indexOf('.') < 0 && names.add(name), "a name");
      id(field.small("id"));
      flag(field, "required");
      if (field.has("doc")) {
        field.text("doc");
      }
      type(field.get("type"));
    }
  }

  private void type(@Nullable Object type) throws UnusualException {
    if (type instanceof String name) {
      UnusualException.unless(PRIMITIVES.contains(name), name);
      return;
    }
    PlainJson nested = PlainJson.object(type, "no type");
    if (nested.text("type").equals("list")) {
      nested.requireOnly(OF_LIST);
      id(nested.small("element-id"));
      flag(nested, "element-required");
      type(nested.get("element"));
    } else {
      nested.requireOnly(OF_STRUCT);
      struct(nested);
    }
  }

  private void id(int id) throws UnusualException {
    UnusualException.unless(ids.add(id), "an id that is there twice");
  }

  private static void flag(PlainJson object, String name) throws UnusualException {
    UnusualException.unless(object.get(name) instanceof Boolean, name);
  }
}
