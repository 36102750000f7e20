package dev.firn.cli.sql;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a statement is none that a query may be, said of its first word. Only for messages: that a
 * statement is refused was decided by the engine's parser.
 */
record Refusal(List<String> words, String reason) {
  static final String ONLY =
      "a query is one SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN, which"
          + " changes nothing";

  /** What may stand before a statement, comments too. */
  static final String BLANK = "(?:\\s|--[^\\n]*(?:\\n|$)|/\\*(?s:.*?)\\*/)*+";

  private static final Pattern FIRST_WORD = Pattern.compile(BLANK + "(\\w+)");

  private static final List<Refusal> ALL =
      List.of(
          new Refusal(
              List.of("COPY", "EXPORT", "IMPORT"),
              "files are written by --output, and by \"firn export\""),
          new Refusal(List.of("INSTALL", "LOAD"), "there are no extensions"),
          new Refusal(
              List.of("ATTACH", "DETACH", "USE"), "a query reads this cache and no other database"),
          new Refusal(
              List.of("PRAGMA", "SET", "RESET", "CALL"),
              "settings stand in the configuration: query.sql.memory_bytes, query.sql.threads"),
          new Refusal(
              List.of("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"),
              "rows come by \"firn append\" and go by \"firn query purge\" or retention"),
          new Refusal(
              List.of("CREATE", "ALTER", "DROP", "COMMENT"),
              "datasets are made by \"firn append\""),
          new Refusal(
              List.of("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"),
              "each query sees one state by itself"),
          new Refusal(
              List.of("PIVOT"),
              "PIVOT has to name its values: PIVOT t ON c IN ('x', 'y') USING ..."));

  Refusal {
    words = List.copyOf(words);
  }

  /** The message for a text that the engine parsed as something other than a query. */
  static String of(String text) {
    Matcher first = FIRST_WORD.matcher(text);
    if (!first.lookingAt()) {
      return ONLY;
    }
    String word = first.group(1).toUpperCase(Locale.ROOT);
    for (Refusal refusal : ALL) {
      if (refusal.words().contains(word)) {
        return word + " is refused: " + refusal.reason() + "; " + ONLY;
      }
    }
    return switch (word) {
      case "SELECT", "WITH", "FROM", "VALUES", "TABLE", "DESCRIBE", "DESC", "SUMMARIZE", "SHOW" ->
          ONLY
              + ", and in this there is something else (a PIVOT has to name its values: PIVOT t ON"
              + " c IN ('x', 'y') USING ...)";
      default -> word + " is refused: " + ONLY;
    };
  }
}
