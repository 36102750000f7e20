package dev.firn.cli.sql;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is said to somebody whose query does not parse, or names a table that is not there: which
 * datasets there are, and whether a name is meant that SQL takes only in quotes. Only for messages.
 */
final class QueryProblem {
  /** Problems that a name without quotes may be the cause of, as the engine begins to say them. */
  private static final Pattern PROBLEM =
      Pattern.compile("syntax error|Parser Error|Catalog Error|Binder Error: Catalog");

  private static final Pattern GUESS = Pattern.compile("Did you mean \"([^\"]*)\"\\?");
  private static final int SHOWN = 10;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Names that columns often have, and that the engine's parser takes for something else. */
  private static final Set<String> WORDS =
      Set.of("at", "check", "column", "default", "desc", "end", "offset", "references", "table");

  /** A word where a value may stand: before an operator, a comma, or the end of a list. */
  private static final Pattern VALUE =
      Pattern.compile(
          "(?<![\\w\"'.])([a-z]+)(?=\\s*(?:[-+*/<>=!,)]|$|(?:is|in|like|between|from)\\b))",
          Pattern.CASE_INSENSITIVE);

  private QueryProblem() {}

  /**
   * @param problem with the query, as the engine says it
   */
  static String explained(String problem, String query, Collection<String> datasets) {
    return PROBLEM.matcher(problem).lookingAt()
        ? withoutOthersTables(problem, datasets) + hint(query, datasets)
        : problem;
  }

  /** The engine guesses among tables of its own, too. */
  private static String withoutOthersTables(String problem, Collection<String> datasets) {
    Matcher guess = GUESS.matcher(problem);
    if (!problem.contains(" Table with name ")
        || !guess.find()
        || datasets.stream().anyMatch(guess.group(1)::equalsIgnoreCase)) {
      return problem;
    }
    String there =
        datasets.isEmpty()
            ? "There are no datasets"
            : "There are "
                + datasets.stream().limit(SHOWN).collect(Collectors.joining(", "))
                + (datasets.size() > SHOWN ? " and more: SHOW TABLES" : "");
    return problem.substring(0, guess.start()) + there + problem.substring(guess.end());
  }

  private static String hint(String query, Collection<String> datasets) {
    for (String dataset : datasets) {
      if (!PLAIN.matcher(dataset).matches() && stands(dataset, query)) {
        return "\nThe dataset " + dataset + " is written in quotes: " + Sql.name(dataset);
      }
    }
    Matcher value = VALUE.matcher(query);
    while (value.find()) {
      String word = value.group(1);
      if (WORDS.contains(word.toLowerCase(Locale.ROOT))) {
        return "\nIf " + word + " is a column, it is written in quotes: " + Sql.name(word);
      }
    }
    return "";
  }

  /** True if a query has a name outside of quotes. */
  private static boolean stands(String name, String query) {
    return Pattern.compile(
            "(?<![\\w\"'])" + Pattern.quote(name) + "(?![\\w\"'])", Pattern.CASE_INSENSITIVE)
        .matcher(query)
        .find();
  }
}
