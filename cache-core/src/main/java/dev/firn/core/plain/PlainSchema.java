package dev.firn.core.plain;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a schema that Iceberg takes from one that it might refuse. */
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

  /** Types of which a value can be a time. */
  private static final Set<String> TIMES =
      Set.of("timestamp", "timestamptz", "date", "string", "int", "long", "double");

  private final Set<Integer> ids = new HashSet<>();

  private PlainSchema() {}

  /** The schema's id. */
  static int requireUsual(PlainJson schema) throws UnusualException {
    schema.requireOnly(OF_SCHEMA);
    new PlainSchema().struct(schema);
    return schema.small("schema-id");
  }

  /**
   * The id of the first of these columns that can be a time, if it is a timestamp; {@link
   * PlainManifests#NO_COLUMN} if none can be one, or what is one is a text, whose bounds say
   * nothing.
   */
  static int timestamp(PlainJson schema, List<String> names) throws UnusualException {
    for (String name : names) {
      for (PlainJson field : schema.objects("fields")) {
        if (field.text("name").equals(name)
            && field.get("type") instanceof String type
            && TIMES.contains(type)) {
          UnusualException.unless(type.equals("string") || type.startsWith("timestamp"), type);
          return type.equals("string") ? PlainManifests.NO_COLUMN : field.small("id");
        }
      }
    }
    return PlainManifests.NO_COLUMN;
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
