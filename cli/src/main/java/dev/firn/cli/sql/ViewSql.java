package dev.firn.cli.sql;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Types;

/** The statements that make a {@link DatasetView} a view of the engine's. */
final class ViewSql {
  /** Where the engine keeps what is no dataset, out of the sight of SHOW TABLES. */
  static final String INTERNAL = "firn_internal";

  /** Positions of rows that are deleted, by file. */
  static final String DELETED = INTERNAL + ".deleted_rows";

  private static final String FILE = "firn_file";

  /** To the engine one more arm of a union costs about as much as these many rows of a list. */
  private static final int ROWS_OF_AN_ARM = 10_000;

  private final DatasetView view;

  ViewSql(DatasetView view) {
    this.view = view;
  }

  /**
   * Sources that differ in nothing but their files and the values of their keys are read as one: an
   * arm of a union costs the engine as much as ten files.
   */
  String create() {
    Map<Select, Map<Map<String, String>, List<Path>>> selects = new LinkedHashMap<>();
    for (Source source : view.sources()) {
      add(selects, source, source.whole(), false);
      add(selects, source, source.partial().keySet(), true);
    }
    List<String> arms = new ArrayList<>();
    selects.forEach((select, files) -> arms(select, files, arms));
    return create(arms);
  }

  private void add(
      Map<Select, Map<Map<String, String>, List<Path>>> selects,
      Source source,
      Collection<Path> files,
      boolean partial) {
    if (!files.isEmpty()) {
      Select select =
          new Select(values(source), schema(source), List.copyOf(source.keys().keySet()), partial);
      selects
          .computeIfAbsent(select, s -> new LinkedHashMap<>())
          .computeIfAbsent(source.keys(), keys -> new ArrayList<>())
          .addAll(files);
    }
  }

  /**
   * What sources have in common.
   *
   * @param values of the columns, without the keys
   * @param schema of the files
   * @param keys names of those that the sources have
   * @param partial whether some rows are deleted
   */
  private record Select(String values, String schema, List<String> keys, boolean partial) {}

  private void arms(
      Select select, Map<Map<String, String>, List<Path>> filesByKeys, List<String> arms) {
    List<Path> told = new ArrayList<>();
    filesByKeys.forEach(
        (keys, files) -> {
          List<Path> own = new ArrayList<>();
          for (Path file : files) {
            (filesByKeys.size() > 1 && PathKeys.tells(file, keys) ? told : own).add(file);
          }
          if (!own.isEmpty()) {
            arms.add(arm(select, own, value(keys), false));
          }
        });
    if (!told.isEmpty()) {
      arms.add(
          arm(select, told, key -> PathKeys.expression("r." + FILE, select.keys(), key), true));
    }
  }

  private String create(List<String> selects) {
    return "CREATE VIEW "
        + Sql.name(view.name())
        + " AS "
        + (selects.isEmpty() ? empty() : union(selects));
  }

  /**
   * The same view for a query that reads nothing but partition keys: NULL is all that its rows have
   * beside them, and no file is read.
   *
   * @param rows of each source
   */
  String createCounted(List<Long> rows) {
    Map<Map<String, String>, Long> rowsByKeys = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      rowsByKeys.merge(view.sources().get(i).keys(), rows.get(i), Long::sum);
    }
    List<String> selects = new ArrayList<>();
    Map<List<String>, List<String>> few = new LinkedHashMap<>(); // tuples by names of keys
    rowsByKeys.forEach(
        (keys, count) -> {
          if (count >= ROWS_OF_AN_ARM) {
            selects.add(counted(keys.keySet(), value(keys), "range(" + count + ")"));
          } else if (count > 0) {
            List<String> tuple = new ArrayList<>(keys.values().stream().map(Sql::text).toList());
            tuple.add(count + "::BIGINT");
            few.computeIfAbsent(List.copyOf(keys.keySet()), names -> new ArrayList<>())
                .add("(" + String.join(", ", tuple) + ")");
          }
        });
    few.forEach((keys, tuples) -> selects.add(counted(keys, tuples)));
    return create(selects);
  }

  private String counted(List<String> keys, List<String> tuples) {
    List<String> aliases = new ArrayList<>();
    keys.forEach(key -> aliases.add("k" + aliases.size()));
    aliases.add("n");
    return counted(
        keys,
        key -> "v.k" + keys.indexOf(key),
        "(VALUES %s) v(%s), range(v.n)"
            .formatted(String.join(", ", tuples), String.join(", ", aliases)));
  }

  private String counted(Collection<String> keys, Function<String, String> key, String from) {
    List<String> values = nothings();
    addKeys(keys, key, values);
    return "SELECT " + String.join(", ", values) + " FROM " + from;
  }

  private static Function<String, String> value(Map<String, String> keys) {
    return key -> Sql.text(keys.getOrDefault(key, ""));
  }

  private static String nothing(String type) {
    return "CAST(NULL AS " + type + ")";
  }

  /**
   * @param present names of keys that there are
   * @param value of one of them
   */
  private void addKeys(
      Collection<String> present, Function<String, String> value, List<String> values) {
    view.keys()
        .forEach(
            (shown, key) ->
                values.add(
                    (present.contains(key) ? value.apply(key) : nothing("VARCHAR"))
                        + " AS "
                        + Sql.name(shown)));
  }

  /** As a tree of little depth: the engine recurses into unions. */
  private static String union(List<String> selects) {
    if (selects.size() == 1) {
      return selects.get(0);
    }
    int half = selects.size() / 2;
    return "("
        + union(selects.subList(0, half))
        + ") UNION ALL ("
        + union(selects.subList(half, selects.size()))
        + ")";
  }

  private String empty() {
    List<String> values = nothings();
    addKeys(List.of(), key -> "", values);
    return "SELECT "
        + (values.isEmpty() ? "NULL AS firn_empty" : String.join(", ", values))
        + " WHERE FALSE";
  }

  /** All columns, of which a row has none. */
  private List<String> nothings() {
    List<String> values = new ArrayList<>();
    view.columns()
        .forEach((name, type) -> values.add(nothing(type) + " AS " + Sql.name(view.name(name))));
    return values;
  }

  private String values(Source source) {
    Map<String, Types.NestedField> fields = new LinkedHashMap<>();
    source.schema().columns().forEach(field -> fields.put(field.name(), field));
    List<String> values = new ArrayList<>();
    for (Map.Entry<String, String> column : view.columns().entrySet()) {
      Types.NestedField field = fields.get(column.getKey());
      String value =
          field == null
              ? nothing(column.getValue())
              : SqlType.of(field.type()).as("r.c" + field.fieldId(), column.getValue());
      values.add(value + " AS " + Sql.name(view.name(column.getKey())));
    }
    return String.join(", ", values);
  }

  private static String schema(Source source) {
    return source.schema().columns().stream()
        .map(ViewSql::column)
        .collect(Collectors.joining(", ", "MAP {", "}"));
  }

  private String arm(
      Select select, Collection<Path> files, Function<String, String> key, boolean byPath) {
    List<String> values = new ArrayList<>();
    if (!select.values().isEmpty()) {
      values.add(select.values());
    }
    addKeys(select.keys(), key, values);
    return "SELECT "
        + String.join(", ", values)
        + " FROM read_parquet("
        + Sql.list(files)
        + ", hive_partitioning=false, schema="
        + select.schema()
        + (select.partial() ? ", file_row_number=true" : "")
        + (select.partial() || byPath ? ", filename='" + FILE + "'" : "")
        + ") r"
        + (select.partial()
            ? " ANTI JOIN %s d ON d.file = r.%s AND d.position = r.file_row_number"
                .formatted(DELETED, FILE)
            : "");
  }

  private static String column(Types.NestedField field) {
    return field.fieldId()
        + ": {name: 'c"
        + field.fieldId()
        + "', type: "
        + Sql.text(SqlType.of(field.type()).stored())
        + ", default_value: NULL}";
  }
}
