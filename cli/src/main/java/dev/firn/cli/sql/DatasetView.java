package dev.firn.cli.sql;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A dataset as a view: its columns united by name over partitions, then the partition keys.
 *
 * <p>In a file, columns are found by field id, so that a column that was renamed has its new name
 * in the files of before, and one that was dropped does not come back under a name that was given
 * anew. Names in SQL are equal without regard to case: what differs in case alone is numbered.
 */
final class DatasetView {
  /** Where the engine keeps what is no dataset, out of the sight of SHOW TABLES. */
  static final String INTERNAL = "firn_internal";

  /** Positions of rows that are deleted, by file. */
  static final String DELETED = INTERNAL + ".deleted_rows";

  private static final String FILE = "firn_file";

  private final String view;
  private final List<Source> sources;
  private final Map<String, String> columns = new LinkedHashMap<>(); // name to type
  private final Map<String, String> names = new LinkedHashMap<>(); // name to name in SQL

  DatasetView(String view, List<Source> sources) {
    this.view = view;
    this.sources = List.copyOf(sources);
    for (Source source : sources) {
      for (Types.NestedField field : source.schema().columns()) {
        columns.merge(field.name(), SqlType.of(field.type()).shown(), SqlType::united);
      }
    }
    Set<String> taken = new LinkedHashSet<>();
    columns.keySet().forEach(name -> names.put(name, Sql.unique(name, taken)));
    sources.stream()
        .flatMap(source -> source.keys().keySet().stream())
        .distinct()
        .forEach(key -> names.put(key(key), Sql.unique(key, taken)));
  }

  /** The name of a partition key among those of columns. */
  private static String key(String key) {
    return key + '\0';
  }

  /** The same under another name. */
  DatasetView named(String other) {
    return view.equals(other) ? this : new DatasetView(other, sources);
  }

  /** The type of a column in this view; null if there is none. */
  @Nullable String type(String column) {
    return columns.get(column);
  }

  /** True if a name in SQL means a column of this name, and no other. */
  boolean isPlain(String column) {
    return column.equals(names.get(column));
  }

  /** True if every name in SQL is the name of its column or key. */
  boolean hasPlainNames() {
    return names.entrySet().stream()
        .allMatch(e -> e.getKey().replace("\0", "").equals(e.getValue()));
  }

  /** True if a name in SQL means the partition key of this name. */
  boolean isKey(String name) {
    return name.equals(names.get(key(name)));
  }

  /** The names of the columns in SQL, without the partition keys. */
  List<String> columnNames() {
    return columns.keySet().stream().map(this::name).toList();
  }

  /** The partition keys by their names in SQL. */
  Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>();
    names.forEach(
        (name, shown) -> {
          if (name.endsWith("\0")) {
            keys.put(shown, name.substring(0, name.length() - 1));
          }
        });
    return keys;
  }

  /** All files, in the order of the sources. */
  List<Path> files() {
    return sources.stream().flatMap(source -> source.files().stream()).toList();
  }

  /** Of the view. */
  String name() {
    return view;
  }

  List<Source> sources() {
    return sources;
  }

  String create() {
    List<String> selects = new ArrayList<>();
    for (Source source : sources) {
      if (!source.whole().isEmpty()) {
        selects.add(select(source, source.whole(), ""));
      }
      if (!source.partial().isEmpty()) {
        selects.add(
            select(
                source,
                source.partial().keySet(),
                " ANTI JOIN %s d ON d.file = r.%s AND d.position = r.file_row_number"
                    .formatted(DELETED, FILE)));
      }
    }
    return create(selects);
  }

  private String create(List<String> selects) {
    return "CREATE VIEW "
        + Sql.name(view)
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
    List<String> selects = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i) > 0) {
        List<String> values = new ArrayList<>();
        columns.forEach((name, type) -> values.add(nothing(type) + " AS " + Sql.name(name(name))));
        addKeys(sources.get(i), values);
        selects.add("SELECT " + String.join(", ", values) + " FROM range(" + rows.get(i) + ")");
      }
    }
    return create(selects);
  }

  private static String nothing(String type) {
    return "CAST(NULL AS " + type + ")";
  }

  private void addKeys(Source source, List<String> values) {
    for (Map.Entry<String, String> name : names.entrySet()) {
      if (name.getKey().endsWith("\0")) {
        String value = source.keys().get(name.getKey().substring(0, name.getKey().length() - 1));
        values.add(
            (value == null ? nothing("VARCHAR") : Sql.text(value))
                + " AS "
                + Sql.name(name.getValue()));
      }
    }
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
    List<String> values = new ArrayList<>();
    names.forEach(
        (name, shown) ->
            values.add(nothing(columns.getOrDefault(name, "VARCHAR")) + " AS " + Sql.name(shown)));
    return "SELECT "
        + (values.isEmpty() ? "NULL AS firn_empty" : String.join(", ", values))
        + " WHERE FALSE";
  }

  private String select(Source source, Collection<Path> files, String join) {
    Map<String, Types.NestedField> fields = new LinkedHashMap<>();
    source.schema().columns().forEach(field -> fields.put(field.name(), field));
    List<String> values = new ArrayList<>();
    for (Map.Entry<String, String> column : columns.entrySet()) {
      Types.NestedField field = fields.get(column.getKey());
      String value =
          field == null
              ? nothing(column.getValue())
              : SqlType.of(field.type()).as("r.c" + field.fieldId(), column.getValue());
      values.add(value + " AS " + Sql.name(name(column.getKey())));
    }
    addKeys(source, values);
    boolean positions = !join.isEmpty();
    return "SELECT "
        + String.join(", ", values)
        + " FROM read_parquet("
        + Sql.list(files)
        + ", hive_partitioning=false, schema=MAP {"
        + source.schema().columns().stream()
            .map(DatasetView::column)
            .collect(Collectors.joining(", "))
        + "}"
        + (positions ? ", file_row_number=true, filename='" + FILE + "'" : "")
        + ") r"
        + join;
  }

  private String name(String column) {
    return names.getOrDefault(column, column);
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
