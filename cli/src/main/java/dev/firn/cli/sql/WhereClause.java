package dev.firn.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a query's WHERE says of the rows of one dataset, as far as it can be said in Firn's own
 * conditions: those parts of the outermost AND that compare a column with a literal. Whatever is
 * doubtful is left out; the engine applies the whole clause to the rows in any case, this only
 * spares files.
 */
final class WhereClause {
  /** What a text means in these forms does not depend on the type that it is cast to. */
  private static final Pattern CAST_TIME =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?)?");

  private static final Set<String> TIME_TYPES =
      Set.of("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS");

  private final String table;
  private final String alias;
  private final Set<String> hidden;

  private WhereClause(String table, String alias, Set<String> hidden) {
    this.table = table;
    this.alias = alias;
    this.hidden = hidden;
  }

  /** Conditions that hold for every row of the dataset that can be part of the answer. */
  static List<Condition> of(JsonNode tree, String dataset) {
    List<JsonNode> selects = new ArrayList<>();
    int[] references = {0};
    boolean[] shadowed = {false};
    find(tree, dataset, selects, references, shadowed);
    if (references[0] != 1 || shadowed[0] || selects.size() != 1) {
      return List.of();
    }
    JsonNode select = selects.get(0);
    JsonNode from = select.path("from_table");
    if (!from.path("sample").isNull()
        || !from.path("at_clause").isNull()
        || !select.path("sample").isNull()
        || !from.path("column_name_alias").isEmpty()) {
      return List.of();
    }
    Set<String> aliases = new HashSet<>();
    select
        .path("select_list")
        .forEach(item -> aliases.add(item.path("alias").asText().toLowerCase(Locale.ROOT)));
    WhereClause clause = new WhereClause(dataset, from.path("alias").asText(), aliases);
    List<Condition> conditions = new ArrayList<>();
    clause.collect(select.path("where_clause"), conditions);
    return conditions;
  }

  private static void find(
      JsonNode node, String dataset, List<JsonNode> selects, int[] references, boolean[] shadowed) {
    if (isTable(node, dataset)) {
      references[0]++;
    }
    if (isTable(node.path("from_table"), dataset)) {
      selects.add(node);
    }
    node.path("cte_map")
        .path("map")
        .forEach(cte -> shadowed[0] |= cte.path("key").asText().equalsIgnoreCase(dataset));
    node.forEach(child -> find(child, dataset, selects, references, shadowed));
  }

  private static boolean isTable(JsonNode node, String dataset) {
    return node.path("type").asText().equals("BASE_TABLE")
        && node.path("table_name").asText().equalsIgnoreCase(dataset);
  }

  private void collect(JsonNode node, List<Condition> conditions) {
    if (node.path("type").asText().equals("CONJUNCTION_AND")) {
      node.path("children").forEach(child -> collect(child, conditions));
      return;
    }
    translate(node).flatMap(WhereClause::parse).ifPresent(conditions::add);
  }

  private static Optional<Condition> parse(String text) {
    try {
      return Optional.of(Condition.parse(text));
    } catch (InvalidConditionException e) {
      return Optional.empty();
    }
  }

  private Optional<String> translate(JsonNode node) {
    return switch (node.path("type").asText()) {
      case "CONJUNCTION_AND" -> all(node.path("children"), " AND ");
      case "CONJUNCTION_OR" -> all(node.path("children"), " OR ");
      case "OPERATOR_NOT" -> translate(node.path("children").path(0)).map(c -> "NOT (" + c + ")");
      case "OPERATOR_IS_NULL" -> column(node.path("children").path(0)).map(c -> c + " IS NULL");
      case "OPERATOR_IS_NOT_NULL" ->
          column(node.path("children").path(0)).map(c -> c + " IS NOT NULL");
      case "COMPARE_EQUAL" -> comparison(node, "=");
      case "COMPARE_NOTEQUAL" -> comparison(node, "<>");
      case "COMPARE_LESSTHAN" -> comparison(node, "<");
      case "COMPARE_LESSTHANOREQUALTO" -> comparison(node, "<=");
      case "COMPARE_GREATERTHAN" -> comparison(node, ">");
      case "COMPARE_GREATERTHANOREQUALTO" -> comparison(node, ">=");
      case "COMPARE_BETWEEN" ->
          join(
              " AND ",
              join(" >= ", column(node.path("input")), literal(node.path("lower"))),
              join(" <= ", column(node.path("input")), literal(node.path("upper"))));
      case "COMPARE_IN" -> in(node.path("children"));
      case "FUNCTION" ->
          node.path("function_name").asText().equals("~~")
              ? join(
                  " LIKE ",
                  column(node.path("children").path(0)),
                  literal(node.path("children").path(1)))
              : Optional.empty();
      case "COLUMN_REF" -> column(node);
      default -> Optional.empty();
    };
  }

  private Optional<String> all(JsonNode parts, String word) {
    List<String> translated = new ArrayList<>();
    for (JsonNode part : parts) {
      Optional<String> one = translate(part);
      if (one.isEmpty()) {
        return one;
      }
      translated.add("(" + one.get() + ")");
    }
    return translated.isEmpty() ? Optional.empty() : Optional.of(String.join(word, translated));
  }

  private Optional<String> comparison(JsonNode node, String operator) {
    JsonNode left = node.path("left");
    JsonNode right = node.path("right");
    return join(" " + operator + " ", column(left), literal(right))
        .or(() -> join(" " + operator + " ", literal(left), column(right)));
  }

  private Optional<String> in(JsonNode children) {
    List<String> literals = new ArrayList<>();
    for (int i = 1; i < children.size(); i++) {
      Optional<String> literal = literal(children.get(i));
      if (literal.isEmpty()) {
        return literal;
      }
      literals.add(literal.get());
    }
    return literals.isEmpty()
        ? Optional.empty()
        : column(children.path(0)).map(c -> c + " IN (" + String.join(", ", literals) + ")");
  }

  private static Optional<String> join(String word, Optional<String> left, Optional<String> right) {
    return left.flatMap(l -> right.map(r -> l + word + r));
  }

  /** A column by itself or behind the table's name. */
  private Optional<String> column(JsonNode node) {
    JsonNode names = node.path("column_names");
    if (!node.path("type").asText().equals("COLUMN_REF") || names.isEmpty() || names.size() > 2) {
      return Optional.empty();
    }
    String name = names.get(names.size() - 1).asText();
    String qualifier = names.size() == 2 ? names.get(0).asText() : alias.isEmpty() ? table : alias;
    boolean own = qualifier.equalsIgnoreCase(alias.isEmpty() ? table : alias);
    return own && !hidden.contains(name.toLowerCase(Locale.ROOT))
        ? Optional.of(Sql.name(name))
        : Optional.empty();
  }

  private static Optional<String> literal(JsonNode node) {
    if (node.path("type").asText().equals("OPERATOR_CAST")
        && !node.path("try_cast").asBoolean()
        && TIME_TYPES.contains(node.path("cast_type").path("id").asText())) {
      return literal(node.path("child"))
          .filter(
              text ->
                  text.length() > 2
                      && CAST_TIME.matcher(text.substring(1, text.length() - 1)).matches());
    }
    if (!node.path("type").asText().equals("VALUE_CONSTANT")) {
      return Optional.empty();
    }
    JsonNode constant = node.path("value");
    JsonNode value = constant.path("value");
    if (constant.path("is_null").asBoolean()) {
      return Optional.of("NULL");
    }
    return switch (constant.path("type").path("id").asText()) {
      case "VARCHAR" -> Optional.of(Sql.text(value.asText()));
      case "BOOLEAN" -> Optional.of(value.asBoolean() ? "TRUE" : "FALSE");
      case "INTEGER", "BIGINT" -> Optional.of(value.asText()).filter(t -> value.isIntegralNumber());
      case "DECIMAL" -> Optional.ofNullable(decimal(constant.path("type"), value));
      default -> Optional.empty();
    };
  }

  private static @Nullable String decimal(JsonNode type, JsonNode value) {
    BigInteger unscaled = value.isIntegralNumber() ? value.bigIntegerValue() : null;
    int scale = type.path("type_info").path("scale").asInt(-1);
    return unscaled == null || scale < 0
        ? null
        : Objects.requireNonNull(new BigDecimal(unscaled, scale).toPlainString());
  }
}
