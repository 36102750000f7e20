package dev.firn.cli.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.cli.failure.UsageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A text that is one query and nothing else: the engine's own parser says what it is. A SELECT
 * (with WITH, FROM or VALUES), DESCRIBE, SUMMARIZE or SHOW, or an EXPLAIN of one.
 *
 * @param text to be run
 * @param tree as the engine parsed it, without EXPLAIN
 * @param tables everything that stands where a table may stand, as it is written there
 * @param common what the query itself gives a name (WITH), in lower case
 * @param lists whether it may ask which tables there are
 */
record ParsedQuery(
    String text, JsonNode tree, Set<String> tables, Set<String> common, boolean lists) {
  /** A number beyond a double's range is in the tree as an infinity. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private static final Pattern EXPLAIN =
      Pattern.compile(
          Refusal.BLANK + "EXPLAIN(?:\\s+ANALYZE(?!\\w)|\\s*\\([\\w\\s,]*\\)|(?!\\w))",
          Pattern.CASE_INSENSITIVE);

  /** Functions in place of a table that read no file and change nothing. */
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of("range", "generate_series", "unnest", "json_each", "json_tree", "repeat");

  /**
   * What may stand before the dot of a table's name. The engine takes any other name there for the
   * beginning of a file's: {@code "/dir/rows".parquet} is a file to it.
   */
  private static final Set<String> SCHEMAS =
      Set.of("main", "memory", "system", "temp", "information_schema", "pg_catalog");

  /** What may be asked of the engine itself. */
  private static final Set<String> SETTINGS = Set.of("threads", "memory_limit", "timezone");

  /**
   * @throws UsageException if the text is anything else, with the reason and, where it does not
   *     parse, the place
   */
  static ParsedQuery parse(Connection connection, String text) throws SQLException {
    Matcher explain = EXPLAIN.matcher(text);
    int start = explain.lookingAt() ? explain.end() : 0;
    JsonNode parsed = serialize(connection, text.substring(start));
    if (parsed.path("error").asBoolean()) {
      throw new UsageException(
          parsed.path("error_type").asText().equals("parser")
              ? parsed.path("error_message").asText()
                  + place(text, start + parsed.path("position").asInt())
              : Refusal.of(text.substring(start)));
    }
    JsonNode statements = parsed.path("statements");
    if (statements.size() != 1) {
      throw new UsageException(
          Refusal.ONLY
              + ", and this is "
              + (statements.isEmpty() ? "none" : statements.size() + " of them"));
    }
    Set<String> tables = new LinkedHashSet<>();
    look(statements, tables);
    return new ParsedQuery(
        text, statements.get(0).path("node"), tables, common(statements), lists(statements));
  }

  /**
   * False if it may well be answered by the first of the rows, or by their columns alone: {@code
   * FROM jobs LIMIT 5}, {@code DESCRIBE jobs}.
   */
  boolean readsAll() {
    List<String> modifiers = tree.path("modifiers").findValuesAsText("type");
    boolean first =
        modifiers.contains("LIMIT_MODIFIER")
            && !modifiers.contains("ORDER_MODIFIER")
            && tree.path("group_expressions").isEmpty();
    return !first && !lists && !tree.path("from_table").path("type").asText().equals("SHOW_REF");
  }

  /** What {@code position} (in bytes of UTF-8 is what the engine counts) points at. */
  static String place(String text, int position) {
    byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int at =
        new String(
                utf8,
                0,
                Math.min(Math.max(position, 0), utf8.length),
                java.nio.charset.StandardCharsets.UTF_8)
            .length();
    int start = text.lastIndexOf('\n', at - 1) + 1;
    int end = text.indexOf('\n', at) < 0 ? text.length() : text.indexOf('\n', at);
    int from = Math.max(start, at - 50);
    String line = text.substring(from, Math.min(end, at + 30));
    return "\n  " + line + "\n  " + " ".repeat(text.codePointCount(from, at)) + "^";
  }

  private static JsonNode serialize(Connection connection, String text) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
      statement.setString(1, text);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return JSON.readTree(result.getString(1));
      }
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<String> common(JsonNode node) {
    return node.findValues("cte_map").stream()
        .flatMap(map -> map.findValuesAsText("key").stream())
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  /** True for SHOW TABLES, and for what the engine itself has tables of. */
  private static boolean lists(JsonNode node) {
    return node.path("type").asText().equals("SHOW_REF") && node.path("query").isNull()
        || !Set.of("", "main").contains(node.path("schema_name").asText().toLowerCase(Locale.ROOT))
        || StreamSupport.stream(node.spliterator(), false).anyMatch(ParsedQuery::lists);
  }

  private static void look(JsonNode node, Set<String> tables) {
    String type = node.path("type").asText();
    if (type.equals("BASE_TABLE")) {
      requireSchema(node.path("catalog_name").asText());
      requireSchema(node.path("schema_name").asText());
      tables.add(node.path("table_name").asText());
    }
    if (type.equals("TABLE_FUNCTION")) {
      String function = node.path("function").path("function_name").asText();
      if (!TABLE_FUNCTIONS.contains(function.toLowerCase(Locale.ROOT))) {
        throw new UsageException(
            "\""
                + function
                + "\" cannot stand in place of a table: a query reads the cache's datasets and no"
                + " files; there are "
                + String.join(", ", TABLE_FUNCTIONS.stream().sorted().toList()));
      }
    }
    if (type.equals("FUNCTION")
        && node.path("function_name").asText().equalsIgnoreCase("current_setting")) {
      requireSetting(node.path("children").path(0).path("value").path("value").asText());
    }
    node.forEach(child -> look(child, tables));
  }

  private static void requireSchema(String name) {
    if (!name.isEmpty() && !SCHEMAS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new UsageException(
          "Catalog Error: Schema with name \"" + name + "\" does not exist: datasets have none");
    }
  }

  private static void requireSetting(String name) {
    if (!SETTINGS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new UsageException(
          "current_setting answers "
              + String.join(", ", SETTINGS.stream().sorted().toList())
              + " only, given as text");
    }
  }
}
