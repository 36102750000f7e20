package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.maintenance.config.Housekeeping;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.AutoRepair;
import dev.firn.maintenance.config.MaintenanceConfig.Policies;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigTest {
  private static final String MAINTENANCE = "query.cache.maintenance.";

  @TempDir Path home;
  private Path root;

  @BeforeEach
  void createRoot() throws IOException {
    root = Files.createDirectories(home.resolve(".firn/cache"));
  }

  private Result withConfig(String json, String... args) throws IOException {
    Files.writeString(root.resolve("firn.json"), json);
    return new CommandRun(home).run(args);
  }

  private static String maintenance(String key, String value) {
    return "{\"query\":{\"cache\":{\"maintenance\":{\"" + key + "\":" + value + "}}}}";
  }

  static Stream<Arguments> keysThatReachThePass() {
    return Stream.of(
        reaching("target_file_bytes", "1234567", 1234567L, MaintenanceConfig::targetFileBytes),
        reaching("compact_file_count", "7", 7, MaintenanceConfig::compactFileCount),
        reaching("compact_avg_file_bytes", "4321", 4321L, MaintenanceConfig::compactAvgFileBytes),
        reaching("compact_batch_bytes", "777777", 777777L, MaintenanceConfig::compactBatchBytes),
        reaching("compact_batch_rows", "17", 17, MaintenanceConfig::compactBatchRows),
        reaching("retired_grace_hours", "5", Duration.ofHours(5), MaintenanceConfig::retiredGrace),
        reaching(
            "orphan_grace_minutes", "3", Duration.ofMinutes(3), MaintenanceConfig::orphanGrace),
        reaching("min_free_bytes", "0", 0L, MaintenanceConfig::minFreeBytes),
        reaching("prove", "\"content\"", Prove.CONTENT, MaintenanceConfig::prove),
        reaching("auto_repair", "\"provable\"", AutoRepair.PROVABLE, MaintenanceConfig::autoRepair),
        reaching("max_generations", "3", 3, c -> c.housekeeping().maxGenerations()),
        reaching("journal", "false", false, c -> c.housekeeping().journal()),
        reaching("distinct_counts", "false", false, MaintenanceConfig::distinctCounts),
        reaching("min_snapshots_to_keep", "3", 3, c -> c.snapshots().minToKeep()),
        reaching("max_snapshot_age_hours", "2", Duration.ofHours(2), c -> c.snapshots().maxAge()));
  }

  private static Arguments reaching(
      String key, String json, Object value, Function<MaintenanceConfig, Object> accessor) {
    return arguments(key, json, value, accessor);
  }

  @Test
  void duplicatesAreDroppedByTheKeyThatIsConfigured() throws IOException {
    String[] rows = {
      "{\"id\":1,\"key\":\"a\"}", "{\"id\":2,\"key\":\"a\"}", "{\"id\":3,\"key\":\"b\"}"
    };
    for (String row : rows) {
      CommandRun append = new CommandRun(home).reading(row + "\n");
      assertThat(append.run("append", "jobs").code()).isZero();
    }
    Files.writeString(
        root.resolve("firn.json"), datasets("\"jobs\":{\"key\":\"key\",\"dedupe\":\"last\"}"));
    CommandRun run = new CommandRun(home).maintaining();

    JsonNode pass = run.run("query", "maintain", "--force", "--json").json();
    assertThat(pass.at("/partitions/0/dropped/duplicate").asInt()).isEqualTo(1);
    assertThat(pass.at("/totals/rowsDropped").asInt()).isEqualTo(1);
    assertThat(run.run("query", "rows", "jobs", "--columns", "id").lines())
        .containsExactly("{\"id\":2}", "{\"id\":3}");
  }

  /** Regression: the configured memory cap was dropped by the config validator's allow-list. */
  @ParameterizedTest
  @MethodSource("keysThatReachThePass")
  void failure11WhatIsConfiguredReachesThePassThatUsesIt(
      String key, String json, Object value, Function<MaintenanceConfig, Object> accessor)
      throws IOException {
    Files.writeString(root.resolve("firn.json"), maintenance(key, json));
    CommandRun run = new CommandRun(home);

    assertThat(run.run("query", "maintain").code()).isZero();
    assertThat(accessor.apply(run.config())).isEqualTo(value);
    assertThat(accessor.apply(MaintenanceConfig.defaults())).isNotEqualTo(value);

    JsonNode shown =
        run.run("config", "show", "--json").json().get("values").get(MAINTENANCE + key);
    assertThat(shown.get("value").toString()).isEqualTo(json);
    assertThat(shown.get("from").asText()).isEqualTo("file");

    assertThat(run.run("query", "status").code()).isZero();
    assertThat(accessor.apply(run.config())).isEqualTo(value);
  }

  @Test
  void failure11EveryComponentOfTheMaintenanceConfigHasAKey() {
    assertThat(keysThatReachThePass().map(a -> component((String) a.get()[0])))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    names(MaintenanceConfig.class)
                        .filter(name -> !List.of("snapshots", "policies").contains(name)),
                    // Those of datasets have keys and tests of their own.
                    names(Policies.class)
                        .filter(
                            name ->
                                !List.of("housekeeping", "retention", "duplicates").contains(name)),
                    names(SnapshotPolicy.class).map(name -> "snapshots." + name),
                    names(Housekeeping.class).map(name -> "housekeeping." + name))
                .flatMap(Function.identity())
                .toList());
  }

  private static Stream<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName);
  }

  private static String component(String key) {
    return switch (key) {
      case "min_snapshots_to_keep" -> "snapshots.minToKeep";
      case "max_snapshot_age_hours" -> "snapshots.maxAge";
      case "journal", "max_generations" -> "housekeeping." + camelCase(key);
      default -> camelCase(key);
    };
  }

  /** {@code retired_grace_hours} as {@code retiredGrace}: the type of a component has the unit. */
  private static String camelCase(String key) {
    StringBuilder name = new StringBuilder();
    for (String word : key.replaceAll("_grace_(hours|minutes)$", "_grace").split("_")) {
      name.append(
          name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }

  @Test
  void withoutAFileThereAreTheDefaults() {
    CommandRun run = new CommandRun(home);

    assertThat(run.run("query", "maintain").code()).isZero();
    assertThat(run.config()).isEqualTo(MaintenanceConfig.defaults());
    JsonNode shown = run.run("config", "show", "--json").json();
    assertThat(shown.get("file").isNull()).isTrue();
    assertThat(shown.get("values"))
        .allSatisfy(value -> assertThat(value.get("from").asText()).isEqualTo("default"));
    assertThat(run.run("config", "validate").code()).isZero();
  }

  @Test
  void theFileIsTheOptionElseTheVariableElseInTheRoot() throws IOException {
    Files.writeString(root.resolve("firn.json"), maintenance("compact_file_count", "5"));
    Path second = Files.writeString(home.resolve("b.json"), maintenance("compact_file_count", "6"));
    Path third = Files.writeString(home.resolve("c.json"), maintenance("compact_file_count", "7"));
    CommandRun run = new CommandRun(home);

    run.run("query", "maintain");
    assertThat(run.config().compactFileCount()).isEqualTo(5);
    run.with("FIRN_CONFIG", second.toString()).run("query", "maintain");
    assertThat(run.config().compactFileCount()).isEqualTo(6);
    run.run("query", "maintain", "--config", third.toString());
    assertThat(run.config().compactFileCount()).isEqualTo(7);
  }

  @Test
  void aFileThatWasNamedMustBeThere() {
    Result result = new CommandRun(home).run("query", "status", "--config", home + "/none.json");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("none.json", "config init");
  }

  static Stream<Arguments> problems() {
    return Stream.of(
        arguments("", "is empty"),
        arguments("{", "line 1, column"),
        arguments("{} {}", "more follows"),
        arguments("{\"query\": 5}", "query: expected an object, found 5"),
        arguments("[]", "expected an object, found an array"),
        arguments(
            "{\"quary\": {}}", "quary: unknown key with value an object; did you mean \"query\"?"),
        arguments(
            maintenance("compact_file_cuont", "7"),
            MAINTENANCE
                + "compact_file_cuont: unknown key with value 7; did you mean"
                + " \"compact_file_count\"?"),
        arguments(
            maintenance("memory", "7"),
            MAINTENANCE + "memory: unknown key with value 7; known here"),
        arguments(
            maintenance("compact_file_count", "\"7\""),
            "expected a whole number from 1 to 2147483647, found \"7\""),
        arguments(maintenance("compact_file_count", "-7"), "found -7"),
        arguments(maintenance("compact_file_count", "0"), "found 0; 0 is no \"off\", a large"),
        arguments(maintenance("compact_batch_rows", "0"), "found 0; 0 does not switch it off"),
        arguments(
            retention("\"datasets\":{\"logs\":{\"max_rows\":0}}"),
            "found 0; leave the key out for no bound"),
        arguments(maintenance("compact_file_count", "1.5"), "found 1.5"),
        arguments(maintenance("compact_file_count", "1e3"), "found 1e3"),
        arguments(maintenance("compact_batch_rows", "2147483648"), "found 2147483648"),
        arguments(
            maintenance("compact_batch_bytes", "1073741825"),
            "expected a whole number from 1 to 1073741824, found 1073741825"),
        arguments(maintenance("retired_grace_hours", "9223372036854775807"), "to 878400, found"),
        arguments(maintenance("target_file_bytes", "99999999999999999999"), "found 9999"),
        arguments(maintenance("min_free_bytes", "-1"), "from 0 to"),
        arguments(maintenance("enabled", "\"yes\""), "expected true or false, found \"yes\""),
        arguments(maintenance("enabled", "null"), "expected true or false, found null"),
        arguments(
            maintenance("prove", "\"contents\""),
            "expected \"counts\" or \"content\", found \"contents\"; did you mean \"content\"?"),
        arguments(
            "{\"query\":{\"cache\":{\"maintenance\":{\"prove\":\"counts\",\n\"prove\":\"content\"}}}}",
            "line 2, column 1: query.cache.maintenance.prove: is given twice, first in line 1"),
        arguments("{\"daemon\":{\"listen\":\"everywhere\"}}", "127.0.0.1:4790"),
        arguments("{\"daemon\":{\"listen\":4790}}", "found 4790"),
        arguments(datasets("\"a/b\":{}"), "holds a slash"),
        arguments(datasets("\"jobs\":{\"dedup\":\"last\"}"), "did you mean \"dedupe\"?"),
        arguments(datasets("\"jobs\":{\"dedupe\":\"latest\"}"), "expected \"first\" or \"last\""),
        arguments(
            datasets("\"jobs\":{\"on_mismatch\":true}"), "\"rescue\" or \"reject\", found true"),
        arguments(datasets("\"jobs\":{\"on_mismatch\":\"rejct\"}"), "did you mean \"reject\"?"),
        arguments(datasets("\"jobs\":{\"key\":\" \"}"), "the name of a column"),
        arguments(retention("\"default_days\":-1"), "from 0 to"),
        arguments(retention("\"default_days\":\"keep\""), "found \"keep\""),
        arguments(retention("\"datasets\":{\"logs\":\"kepe\"}"), "did you mean \"keep\"?"),
        arguments(retention("\"datasets\":{\"logs\":true}"), "a number of days, \"keep\" or"),
        arguments(retention("\"datasets\":{\"logs\":{\"max_row\":1}}"), "\"max_rows\"?"),
        arguments(
            retention("\"datasets\":{\"logs\":{\"protect\":\"a = \"}}"), "expected a condition ("),
        arguments(retention("\"datasets\":{\"logs\":{\"max_bytes\":-1}}"), "found -1"));
  }

  private static String datasets(String members) {
    return "{\"query\":{\"cache\":{\"datasets\":{" + members + "}}}}";
  }

  private static String retention(String members) {
    return "{\"query\":{\"cache\":{\"retention\":{" + members + "}}}}";
  }

  @ParameterizedTest
  @MethodSource("problems")
  void everyProblemNamesTheKeyTheValueAndWhatWasExpected(String json, String named)
      throws IOException {
    for (String command : new String[] {"config validate", "query maintain", "query status"}) {
      Result result = withConfig(json, command.split(" "));
      assertThat(result.code()).as(command).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err()).startsWith("firn: " + root.resolve("firn.json")).contains(named);
    }
  }

  @Test
  void allProblemsAreReportedWithTheirPlaces() throws IOException {
    String json =
        """
        { "query": { "cache": {
            "maintenance": { "compact_file_count": -1,
                             "prooof": "counts" },
            "retention": { "default_days": "long" } } },
          "demon": {} }
        """;

    Result text = withConfig(json, "config", "validate");
    assertThat(text.err())
        .contains("4 problems")
        .contains("line 2, column 44: query.cache.maintenance.compact_file_count")
        .contains("line 3, column 22: query.cache.maintenance.prooof")
        .contains("line 4, column 36: query.cache.retention.default_days")
        .contains("line 5, column 3: demon");

    Result document = withConfig(json, "config", "validate", "--json");
    assertThat(document.code()).isEqualTo(2);
    assertThat(document.json().get("problems")).hasSize(4);
    assertThat(document.json().get("problems").get(0).get("line").asInt()).isEqualTo(2);
  }

  @Test
  void theDocumentedExampleIsValid() throws IOException {
    String json =
        """
        { "query": { "cache": {
            "maintenance": { "enabled": true, "interval_minutes": 0, "target_file_bytes": 134217728,
              "min_snapshots_to_keep": 10, "max_snapshot_age_hours": 24, "compact_file_count": 32,
              "compact_avg_file_bytes": 33554432, "compact_batch_bytes": 67108864,
              "compact_batch_rows": 10000, "max_tick_ms": 30000, "retired_grace_hours": 24,
              "orphan_grace_minutes": 60, "max_generations": 8, "min_free_bytes": 1073741824,
              "prove": "counts" },
            "datasets": { "jobs": { "key": "job_id", "dedupe": "last",
                "timestamp_column": "finished_at", "on_mismatch": "rescue" } },
            "retention": { "default_days": 90, "datasets": { "logs": 7, "invoices": "keep",
                "jobs": { "days": 30, "max_rows": 100000, "max_bytes": 1073741824,
                          "protect": "status IN ('running','pending')",
                          "archive": "archive/jobs" } } } } },
          "daemon": { "listen": "127.0.0.1:4790" } }
        """;

    assertThat(withConfig(json, "config", "validate").code()).isZero();
    JsonNode values = withConfig(json, "config", "show", "--json").json().get("values");
    assertThat(values.get("query.cache.retention.datasets.jobs.days").get("value").asInt())
        .isEqualTo(30);
    assertThat(values.get(MAINTENANCE + "interval_minutes").get("value").asInt()).isZero();
    assertThat(withConfig(json, "config", "show").out())
        .contains("query.cache.retention.datasets.logs", "134217728 (134 MB)");
  }

  @Test
  void aConfiguredRetentionReachesThePass() throws IOException {
    CommandRun run = new CommandRun(home);
    Files.writeString(
        root.resolve("firn.json"),
        """
        { "query": { "cache": {
            "datasets": { "jobs": { "key": "job_id", "timestamp_column": "finished_at" } },
            "retention": { "default_days": 90, "datasets": { "logs": 7, "now": 0, "invoices": "keep",
                "my.jobs": { "max_rows": 5 },
                "jobs": { "days": 30, "max_rows": 100000, "max_bytes": 1073741824,
                          "protect": "status IN ('running','pending')",
                          "archive": "archive/jobs" } } } } } }
        """);

    assertThat(run.run("query", "maintain").err()).isEmpty();

    RetentionConfig config = run.config().retention();
    assertThat(config.policy("anything")).isEqualTo(RetentionPolicy.ofDays(90));
    assertThat(config.policy("logs")).isEqualTo(RetentionPolicy.ofDays(7));
    assertThat(config.policy("now")).isEqualTo(RetentionPolicy.ofDays(0));
    assertThat(config.policy("invoices")).isEqualTo(RetentionPolicy.keep());
    assertThat(config.policy("my.jobs")).isEqualTo(RetentionPolicy.keep().withMaxRows(5));
    assertThat(config.policy("jobs"))
        .isEqualTo(
            RetentionPolicy.ofDays(30)
                .withMaxRows(100_000)
                .withMaxBytes(1 << 30)
                .withProtect("status IN ('running','pending')")
                .withArchive("archive/jobs"));
    assertThat(config.key("jobs")).contains("job_id");
    assertThat(config.timestampColumn("jobs")).contains("finished_at");
    assertThat(config.key("logs")).isEmpty();
  }

  @Test
  void initWritesACommentedFileThatChangesNothing() throws IOException {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home + "/new/cache");

    Result init = run.run("config", "init");

    Path file = home.resolve("new/cache/firn.json");
    assertThat(init.code()).isZero();
    assertThat(init.out()).contains("Created " + home + "/new/cache").contains("Wrote " + file);
    assertThat(file).content().contains("// ", "\"default_days\": 90");
    assertThat(file.getParent()).isDirectoryContaining(file::equals);
    assertThat(file.getParent().toFile().list()).containsExactly("firn.json");
    assertThat(run.run("config", "validate").out()).isEqualTo(file + ": ok\n");
    Result maintain = run.run("query", "maintain");
    assertThat(maintain.err()).isEmpty();
    assertThat(run.config()).isEqualTo(MaintenanceConfig.defaults());
  }

  @Test
  void theExampleIsValidWhenItsCommentsAreTakenAway() throws IOException {
    CommandRun run = new CommandRun(home);
    run.run("config", "init");
    Path file = root.resolve("firn.json");
    String all =
        Files.readString(file)
            .lines()
            .map(line -> line.matches("\\s*// *[,\"{}].*") ? line.replaceFirst("//", "") : line)
            .reduce("", (a, b) -> a + b + "\n");
    Files.writeString(file, all);

    assertThat(run.run("config", "validate").err()).isEmpty();
    JsonNode values = run.run("config", "show", "--json").json().get("values");
    assertThat(values.get("query.cache.retention.default_days").get("value").asInt()).isEqualTo(90);
    assertThat(values.get("query.cache.datasets.jobs.key").get("value").asText())
        .isEqualTo("job_id");
  }

  @Test
  void initNeverOverwrites() throws IOException {
    Path file = Files.writeString(root.resolve("firn.json"), "mine");

    Result result = new CommandRun(home).run("config", "init");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(file.toString(), "stays as it is");
    assertThat(file).hasContent("mine");
  }
}
