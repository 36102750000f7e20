package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@VerifiedAtTheEnd
class OverviewTest {
  @TempDir Path home;

  @Test
  void everyDatasetIsSummedUp() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", root.toString());

    JsonNode datasets = run.run("query", "overview", "--json").json().get("datasets");

    assertThat(datasets).hasSize(2);
    JsonNode events = datasets.get(1);
    assertThat(events.get("dataset").asText()).isEqualTo("otel_events");
    assertThat(events.get("rows").asInt()).isEqualTo(118);
    assertThat(events.get("files").asInt()).isEqualTo(60);
    assertThat(events.get("bytes").asLong()).isPositive();
    assertThat(events.get("timeColumn").asText()).isEqualTo("timestamp");
    assertThat(events.get("from").asText()).startsWith("20").isLessThan(events.get("to").asText());
    assertThat(events.get("partitions").toString())
        .isEqualTo(
            "[{\"name\":\"source=claude\",\"rows\":79},{\"name\":\"source=codex\",\"rows\":39}]");
    assertThat(events.get("columns")).hasSize(5);
    assertThat(run.run("query", "overview", "otel_events").out())
        .contains(
            "otel_events: 118 rows, ",
            "most rows: source=claude 79 (67 %), source=codex 39 (33 %)");
  }

  @Test
  void columnsHaveTheirNamesAndNotThoseOfTheFiles() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    String row = "{\"a b\":\"%s\",\"c, d\":\"a longer text than the other one\",\"e\":1}";
    assertThat(run.reading(row.formatted("x")).run("append", "jobs").code()).isZero();
    assertThat(run.reading(row.formatted("y")).run("append", "jobs").code()).isZero();

    Result result = run.run("query", "overview", "--json");

    assertThat(result.json().findValuesAsText("name"))
        .containsExactly("source=default", "c, d", "a b", "e");
  }

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void whatIsSummedUpOfAFieldCacheIsWhatItsRowsSay(String name) throws Exception {
    Path root = FieldCaches.unpack(name, home);
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", root.toString());
    Map<String, Map<String, List<JsonNode>>> truth = new TreeMap<>();
    for (String line : FieldCaches.rowLines(name)) {
      JsonNode row = new ObjectMapper().readTree(line);
      String path = row.get("partition").asText();
      if (!name.equals("corrupt-cursor") || !path.endsWith("source=claude")) {
        truth
            .computeIfAbsent(path.split("/")[1], dataset -> new TreeMap<>())
            .computeIfAbsent(path.split("/", 3)[2], keys -> new ArrayList<>())
            .add(row.get("row"));
      }
    }

    Result result = run.run("query", "overview", "--json");

    assertThat(result.code()).isEqualTo(name.equals("corrupt-cursor") ? 3 : 0);
    assertThat(result.json().get("datasets")).hasSize(truth.size());
    for (JsonNode dataset : result.json().get("datasets")) {
      Map<String, List<JsonNode>> partitions = truth.get(dataset.get("dataset").asText());
      List<JsonNode> rows = partitions.values().stream().flatMap(List::stream).toList();
      assertThat(dataset.get("rows").asInt()).isEqualTo(rows.size());
      assertThat(dataset.get("partitionCount").asInt()).isEqualTo(partitions.size());
      for (JsonNode partition : dataset.get("partitions")) {
        assertThat(partitions.get(partition.get("name").asText()))
            .hasSize(partition.get("rows").asInt());
      }
      String column = dataset.get("timeColumn").asText();
      assertThat(column).isIn("timestamp", "message_created_at");
      List<Instant> times =
          rows.stream()
              .filter(row -> row.hasNonNull(column))
              .map(row -> Instant.parse(row.get(column).asText()).truncatedTo(ChronoUnit.SECONDS))
              .sorted()
              .toList();
      assertThat(dataset.get("from").asText()).isEqualTo(times.get(0).toString());
      assertThat(dataset.get("to").asText()).isEqualTo(times.get(times.size() - 1).toString());
    }
  }

  @Test
  void theTimeIsTheColumnThatIsConfigured() throws Exception {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    Files.writeString(
        home.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"datasets\":{\"jobs\":{\"timestamp_column\":\"done\"}}}}}");
    assertThat(
            run.reading(
                    "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"done\":\"2026-01-02T00:00:00Z\"}")
                .run("append", "jobs")
                .code())
        .isZero();

    assertThat(run.run("query", "overview").out()).contains("(column timestamp)");
    assertThat(run.run("query", "overview", "--config", home + "/firn.json").out())
        .contains("from 2026-01-02T00:00:00Z to 2026-01-02T00:00:00Z (column done)");
    CommandRun late = run.at(InstantSource.fixed(Instant.parse("2026-01-02T00:30:00Z")));
    List<String> since = List.of("query", "rows", "jobs", "--since", "1h");
    assertThat(late.run(since.toArray(String[]::new)).out()).isEmpty();
    assertThat(
            late.with("FIRN_CONFIG", home + "/firn.json").run(since.toArray(String[]::new)).lines())
        .hasSize(1);
  }

  @Test
  void growthIsThatOfTheLastWeek() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    StringBuilder lines = new StringBuilder();
    for (int day = 1; day <= 20; day++) {
      for (int i = 0; i < (day > 13 ? 10 : 1); i++) {
        lines.append("{\"timestamp\":\"2026-01-%02dT12:00:00Z\"}\n".formatted(day));
      }
    }
    assertThat(run.reading(lines.toString()).run("append", "jobs").code()).isZero();

    JsonNode jobs = run.run("query", "overview", "--json").json().get("datasets").get(0);

    assertThat(jobs.get("from").asText()).isEqualTo("2026-01-01T12:00:00Z");
    assertThat(jobs.get("to").asText()).isEqualTo("2026-01-20T12:00:00Z");
    assertThat(jobs.get("aDay").get("rows").asInt()).isEqualTo(10);
    assertThat(run.run("query", "overview").out()).contains("grows by 10 rows a day, ");
  }

  @Test
  void aDatasetWithoutTimesHasNoGrowth() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    assertThat(run.run("query", "overview").out()).contains("nothing in");
    assertThat(run.reading("{\"id\":1}").run("append", "jobs").code()).isZero();

    Result result = run.run("query", "overview");

    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("jobs: 1 row, ").contains("1 file").doesNotContain("grows");
  }
}
