package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        .contains("otel_events: 118 rows, ", "most rows: source=claude 79, source=codex 39");
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
