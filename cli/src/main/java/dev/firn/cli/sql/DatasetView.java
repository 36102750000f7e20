package dev.firn.cli.sql;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** The columns, each with its type. */
  Map<String, String> columns() {
    return Collections.unmodifiableMap(columns);
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

  /** What a column is called in SQL. */
  String name(String column) {
    return names.getOrDefault(column, column);
  }
}
