package dev.firn.cli.sql;

import dev.firn.cli.failure.UsageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which of a cache's datasets a query is given, and the name that each has in it.
 *
 * <p>Names of datasets that differ in case alone are one name to SQL. A query that writes one of
 * them exactly means that one; a query that could mean either is refused, because an answer from
 * the other one would look the same. Where a query lists tables, all but one of them are numbered.
 */
final class AskedDatasets {
  /** What the engine would take for a file where it knows no table of that name. */
  private static final Pattern FILE =
      Pattern.compile(
          "/|\\.(parquet|csv|tsv|json|jsonl|ndjson|db|duckdb)(\\.(gz|zst))?$",
          Pattern.CASE_INSENSITIVE);

  private AskedDatasets() {}

  /**
   * The names in SQL by dataset: of those that a query names, or of all if it names something else,
   * which may be a list of tables.
   *
   * @throws UsageException if it names a file, or does not tell which of several datasets it means
   */
  static Map<String, String> of(Collection<String> all, ParsedQuery query) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    all.forEach(d -> groups.computeIfAbsent(lower(d), name -> new ArrayList<>()).add(d));
    for (String table : query.tables()) {
      // Not if WITH gives the name either: where that does not reach, it is a file again.
      if (!groups.containsKey(lower(table)) && FILE.matcher(table).find()) {
        throw new UsageException(
            "\"" + table + "\" names a file: a query reads the cache's datasets and no files");
      }
    }
    Set<String> known = new LinkedHashSet<>(groups.keySet());
    known.addAll(query.common());
    boolean everything = query.lists() || !known.containsAll(lower(query.tables()));
    Set<String> named = new LinkedHashSet<>(lower(query.tables()));
    named.removeIf(
        name ->
            query.common().contains(name)
                && groups.getOrDefault(name, List.of()).stream()
                    .noneMatch(query.tables()::contains));
    Map<String, String> names = new LinkedHashMap<>();
    groups.forEach(
        (name, group) -> {
          if (everything || named.contains(name)) {
            String first = named.contains(name) ? meant(group, query.tables()) : group.get(0);
            names.put(first, first);
          }
        });
    if (everything) {
      Set<String> taken = new LinkedHashSet<>(groups.keySet());
      for (String dataset : all) {
        if (!names.containsKey(dataset)) {
          names.put(dataset, Sql.unique(dataset, taken));
        }
      }
    }
    return names;
  }

  /** The one of the datasets, equal without regard to case, that a query means. */
  private static String meant(List<String> group, Set<String> tables) {
    List<String> exact = group.stream().filter(tables::contains).toList();
    List<String> meant = group.size() == 1 ? group : exact;
    if (meant.size() != 1) {
      throw new UsageException(
          "datasets "
              + group.stream().map(d -> '"' + d + '"').collect(Collectors.joining(", "))
              + " differ in case alone, which SQL does not tell apart: name one of them in a"
              + " query, as it stands here");
    }
    return meant.get(0);
  }

  private static List<String> lower(Collection<String> names) {
    return names.stream().map(AskedDatasets::lower).toList();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
