package dev.firn.cli.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * An expression of a nested type as JSON that spells what is in it as top-level columns are: times
 * in ISO-8601, binary in base64, {@code NaN} and the infinities as texts (JSON has no numbers for
 * them), maps whose keys are no text as arrays of {@code {"key", "value"}}. {@code firn append}
 * takes it back.
 */
final class NestedJson {
  private final String type;
  private int at;
  private int variables;

  private NestedJson(String type) {
    this.type = type;
  }

  /**
   * @param expression of the type
   * @param type as the engine names it
   */
  static String of(String expression, String type) {
    NestedJson nested = new NestedJson(type);
    String converted = nested.value(expression);
    return "CASE WHEN " + expression + " IS NULL THEN NULL ELSE to_json(" + converted + ") END";
  }

  /** Reads one type and answers with the expression for a value of it. */
  private String value(String expression) {
    int start = at;
    String converted = base(expression);
    if (!type.startsWith("[", at)) {
      return converted;
    }
    String element = type.substring(start, at);
    int depth = 0;
    while (type.startsWith("[", at)) { // of an array the length stands between
      at = type.indexOf(']', at) + 1;
      depth++;
    }
    return lists(expression, element, depth);
  }

  private String lists(String list, String element, int depth) {
    String variable = variable();
    String inner =
        depth == 1
            ? new NestedJson(element).numbered(variables).value(variable)
            : lists(variable, element, depth - 1);
    return "list_transform(" + list + ", lambda " + variable + ": " + inner + ")";
  }

  /** Gives other names to variables than the first {@code count}. */
  private NestedJson numbered(int count) {
    variables = count;
    return this;
  }

  private String variable() {
    return "v" + variables++;
  }

  private String base(String expression) {
    String name = word();
    if (name.equals("STRUCT") && type.startsWith("(", at)) {
      return struct(expression);
    }
    if (name.equals("MAP") && type.startsWith("(", at)) {
      return map(expression);
    }
    return leaf(expression, name);
  }

  /** A type's name, with what stands in its parentheses unless it is nested. */
  private String word() {
    int start = at;
    while (at < type.length() && "(),[".indexOf(type.charAt(at)) < 0) {
      at++;
    }
    String name = type.substring(start, at);
    if (!name.equals("STRUCT") && !name.equals("MAP") && type.startsWith("(", at)) {
      at = closing(at) + 1;
    }
    return name;
  }

  /** Where the parenthesis closes that opens at a place; texts and names are skipped. */
  private int closing(int open) {
    int depth = 0;
    for (int i = open; i < type.length(); i++) {
      char c = type.charAt(i);
      if (c == '"' || c == '\'') {
        i = type.indexOf(c, i + 1); // a doubled one is two of them
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return i;
      }
    }
    throw new AssertionError(type);
  }

  private String struct(String expression) {
    List<String> fields = new ArrayList<>();
    do {
      at++; // the parenthesis or the comma
      skipBlanks();
      String name = fieldName();
      skipBlanks();
      fields.add(name + " := " + value(expression + "." + name));
    } while (type.startsWith(",", at));
    at++;
    return "CASE WHEN "
        + expression
        + " IS NULL THEN NULL ELSE struct_pack("
        + String.join(", ", fields)
        + ") END";
  }

  /** As it is written in SQL. */
  private String fieldName() {
    int start = at;
    if (type.charAt(at) == '"') {
      do {
        at = type.indexOf('"', at + 1) + 1;
      } while (type.startsWith("\"", at));
      return type.substring(start, at);
    }
    while (type.charAt(at) != ' ') {
      at++;
    }
    return Sql.name(type.substring(start, at));
  }

  private String map(String expression) {
    at++;
    String variable = variable();
    int start = at;
    String key = value(variable + ".\"key\"");
    boolean text = type.substring(start, at).equals("VARCHAR");
    at++;
    skipBlanks();
    String value = value(variable + ".\"value\"");
    at++;
    String entries =
        "list_transform(map_entries("
            + expression
            + "), lambda "
            + variable
            + ": struct_pack(\"key\" := "
            + key
            + ", \"value\" := "
            + value
            + "))";
    return "CASE WHEN "
        + expression
        + " IS NULL THEN NULL ELSE "
        + (text ? "map_from_entries(" + entries + ")" : entries)
        + " END";
  }

  private void skipBlanks() {
    while (type.startsWith(" ", at)) {
      at++;
    }
  }

  /** A value that holds no others, in plain text or a number. */
  static String leaf(String expression, String name) {
    return switch (name) {
      case "BLOB" -> "base64(" + expression + ")";
      case "TIME" -> "strftime(DATE '1970-01-01' + " + expression + ", '%H:%M:%S.%f')";
      case "TIMESTAMP" -> time(expression, "%f");
      case "TIMESTAMP_S", "TIMESTAMP_MS" -> time("CAST(" + expression + " AS TIMESTAMP)", "%f");
      case "TIMESTAMP_NS" -> time(expression, "%n");
      case "TIMESTAMP WITH TIME ZONE" -> time(expression, "%fZ");
      case "FLOAT", "DOUBLE" ->
          "CASE WHEN %1$s IS NULL THEN NULL WHEN isnan(%1$s) THEN to_json('NaN')"
                  .formatted(expression)
              + " WHEN isinf(%1$s) THEN to_json(CASE WHEN %1$s > 0 THEN 'Infinity' ELSE"
                  .formatted(expression)
              + " '-Infinity' END) ELSE to_json(%s) END".formatted(expression);
      default -> expression;
    };
  }

  private static String time(String expression, String fraction) {
    return "strftime(" + expression + ", '%Y-%m-%dT%H:%M:%S." + fraction + "')";
  }
}
