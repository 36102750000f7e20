package dev.firn.cli.sql;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** How names, texts and lists are written in SQL. */
final class Sql {
  private static final String SEPARATOR = "|";

  private Sql() {}

  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String text(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** The name, or one with a number if it is taken by then: to SQL case makes no difference. */
  static String unique(String name, Set<String> taken) {
    String candidate = name;
    for (int n = 2; !taken.add(candidate.toLowerCase(Locale.ROOT)); n++) {
      candidate = name + "_" + n;
    }
    return candidate;
  }

  /**
   * Paths as a list of texts. They are written as one text that the engine takes apart: each value
   * of a list is an expression of its own to it, which takes 15 us to parse and to bind.
   */
  static String list(Collection<Path> paths) {
    if (paths.stream().anyMatch(path -> path.toString().contains(SEPARATOR))) {
      return paths.stream()
          .map(path -> text(path.toString()))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    String together = paths.stream().map(Path::toString).collect(Collectors.joining(SEPARATOR));
    return "string_split(" + text(together) + ", " + text(SEPARATOR) + ")";
  }
}
