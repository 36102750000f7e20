package dev.firn.cli.config;

import dev.firn.cli.config.JsonValue.Members;
import dev.firn.cli.config.JsonValue.Text;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.layout.Names;
import dev.firn.core.rows.OnMismatch;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Every key that a configuration may hold. */
final class ConfigSchema {
  static final String RETENTION = "query.cache.retention";
  static final String DATASETS = "query.cache.datasets";
  private static final String NO_BOUND = "leave the key out for no bound";
  static final String ON_MISMATCH = "on_mismatch";
  static final String TIMESTAMP_COLUMN = "timestamp_column";
  static final String SCHEMA = "schema";
  static final String KEY = "key";
  static final String DEDUPE = "dedupe";
  static final String SQL = "query.sql";
  static final String SQL_MEMORY = "memory_bytes";
  static final String SQL_THREADS = "threads";

  private static final long SMALLEST_SQL_MEMORY_BYTES = 32L << 20;
  private static final long LARGEST_SQL_THREADS = 1024;

  private static final long LARGEST_DAYS = 100L * 366;

  static final Rule DOCUMENT =
      Rule.object(
          members(
              "query",
              Rule.object(
                  members(
                      "cache",
                      Rule.object(
                          members(
                              "maintenance",
                              Rule.object(maintenance()),
                              "datasets",
                              Rule.named(Names::requireDataset, dataset()),
                              "retention",
                              retention())),
                      "sql",
                      Rule.object(
                          members(
                              SQL_MEMORY,
                              Rule.whole(SMALLEST_SQL_MEMORY_BYTES, 1L << 50),
                              SQL_THREADS,
                              Rule.whole(0, LARGEST_SQL_THREADS))))),
              DaemonKey.SECTION,
              Rule.object(daemon())));

  private ConfigSchema() {}

  private static Map<String, Rule> maintenance() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (MaintenanceKey key : MaintenanceKey.values()) {
      rules.put(key.text(), key.rule());
    }
    return rules;
  }

  private static Map<String, Rule> daemon() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (DaemonKey key : DaemonKey.values()) {
      rules.put(key.text(), key.rule());
    }
    return rules;
  }

  private static Rule dataset() {
    return Rule.object(
        members(
            KEY,
            Rule.text("the name of a column"),
            DEDUPE,
            Rule.oneOf(keptRows()),
            TIMESTAMP_COLUMN,
            Rule.text("the name of a column"),
            ON_MISMATCH,
            Rule.oneOf(mismatchAnswers()),
            SCHEMA,
            Rule.text("a file with an Iceberg schema in JSON")));
  }

  private static String[] keptRows() {
    return Arrays.stream(DuplicatesConfig.Kept.values())
        .map(DuplicatesConfig.Kept::text)
        .toArray(String[]::new);
  }

  private static String[] mismatchAnswers() {
    return Arrays.stream(OnMismatch.values())
        .map(answer -> answer.name().toLowerCase(Locale.ROOT))
        .toArray(String[]::new);
  }

  private static Rule retention() {
    return Rule.object(
        members(
            "default_days",
            Rule.whole(0, LARGEST_DAYS),
            "datasets",
            Rule.named(Names::requireDataset, datasetRetention())));
  }

  /** Days as a number, {@code "keep"} for ever, or an object that says more. */
  private static Rule datasetRetention() {
    Rule days = Rule.whole(0, LARGEST_DAYS);
    Rule keep = Rule.oneOf("keep");
    Rule condition = ConfigSchema::condition;
    Rule object =
        Rule.object(
            members(
                "days",
                days,
                "max_rows",
                Rule.whole(1, Long.MAX_VALUE, NO_BOUND),
                "max_bytes",
                Rule.whole(1, Long.MAX_VALUE, NO_BOUND),
                "protect",
                condition,
                "archive",
                Rule.text("a directory like \"archive/jobs\"")));
    return (path, value, findings) -> {
      if (value instanceof Members) {
        object.check(path, value, findings);
      } else if (value instanceof JsonValue.Number) {
        days.check(path, value, findings);
      } else if (value instanceof Text) {
        keep.check(path, value, findings);
      } else {
        findings.wrong(path, value, "a number of days, \"keep\" or an object");
      }
    };
  }

  private static void condition(String path, JsonValue value, Rule.Findings findings) {
    if (!(value instanceof Text text) || text.text().isBlank()) {
      findings.wrong(path, value, "a condition like \"status = 'running'\"");
      return;
    }
    try {
      Condition.parse(text.text());
    } catch (InvalidConditionException e) {
      findings.wrong(path, value, "a condition (" + e.getMessage() + ")");
      return;
    }
    findings.values().put(path, text.text());
  }

  /** Keys and rules by turns, in the order in which messages list them. */
  private static Map<String, Rule> members(Object... keysAndRules) {
    Map<String, Rule> members = new LinkedHashMap<>();
    for (int i = 0; i < keysAndRules.length; i += 2) {
      members.put((String) keysAndRules[i], (Rule) keysAndRules[i + 1]);
    }
    return members;
  }
}
