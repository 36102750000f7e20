package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a configured retention does, from the configuration file to what is left on the disk. */
class RetentionTest {
  @TempDir Path home;

  @BeforeEach
  void append() throws IOException {
    Result appended =
        run()
            .reading(
                """
                {"id":"a","status":"done","created_at":"2026-06-01T00:00:00Z"}
                {"id":"b","status":"running","created_at":"2026-06-02T00:00:00Z"}
                {"id":"c","status":"done","created_at":"2026-08-02T00:00:00Z"}
                """)
            .run("append", "jobs");
    assertThat(appended.code()).as(appended.err()).isZero();
  }

  private CommandRun run() {
    return new CommandRun(home)
        .maintaining()
        .at(InstantSource.fixed(CommandRun.NOW))
        .with("FIRN_ROOT", home.resolve("cache").toString());
  }

  private Result run(String... args) {
    return run().run(args);
  }

  private void configure(String retention) throws IOException {
    Files.writeString(
        home.resolve("cache/firn.json"),
        "{ \"query\": { \"cache\": { \"retention\": { \"datasets\": { \"jobs\": "
            + retention
            + " } } } } }");
  }

  private String ids() {
    return run("query", "rows", "jobs", "--columns", "id").out().replaceAll("[^abc]*id[^abc]*", "");
  }

  @Test
  void rowsThatAreTooOldAreGoneAfterAPassAndTheReportSaysWhy() throws IOException {
    configure("30");

    JsonNode dry = run("--json", "query", "maintain", "--dry-run").json();
    assertThat(dry.at("/partitions/0/dropped/expired").asInt()).isEqualTo(2);
    assertThat(dry.at("/totals/rowsDropped").asInt()).isEqualTo(2);
    assertThat(ids()).contains("a", "b", "c");

    assertThat(run("query", "status").out()).contains("due: 1 file that may hold expired rows");
    assertThat(run("query", "explain").out()).contains("1 file that may hold expired rows");

    JsonNode report = run("--json", "query", "maintain").json();

    assertThat(report.at("/partitions/0/outcome").asText()).isEqualTo("compacted");
    assertThat(report.at("/partitions/0/dropped/expired").asInt()).isEqualTo(2);
    assertThat(report.at("/partitions/0/rowsAfter").asInt()).isEqualTo(1);
    assertThat(report.at("/totals/rowsDropped").asInt()).isEqualTo(2);
    assertThat(report.at("/totals/bytesPending").asLong()).isPositive();
    assertThat(report.at("/retention/0/timeColumns/0").asText()).isEqualTo("created_at");
    assertThat(report.at("/retention/0/cutoff").asText()).isEqualTo("2026-07-04T12:00:00Z");
    assertThat(ids()).contains("c").doesNotContain("a", "b");
    assertThat(run("query", "status").out()).contains("jobs: retention goes by created_at");
    assertThat(run("query", "maintain").code()).isZero(); // this time there is a journal
    assertThat(run("query", "status").out())
        .contains("jobs: retention goes by created_at")
        .doesNotContain("firn_maintenance: retention");
    assertThat(run("query", "verify", "--full").code()).isZero();
  }

  @Test
  void protectedRowsStayAndStatusSaysSo() throws IOException {
    configure("{ \"days\": 30, \"protect\": \"status IN ('running','pending')\" }");

    assertThat(run("query", "maintain", "--retain-only").code()).isZero();

    assertThat(ids()).contains("b", "c").doesNotContain("a");
    assertThat(run("query", "status").out())
        .contains("1 row held because they are protected, the oldest 62 d");
    JsonNode status = run("--json", "query", "status").json();
    assertThat(status.at("/retention/0/rowsProtected").asInt()).isEqualTo(1);
    assertThat(status.at("/retention/0/oldestProtected").asText())
        .isEqualTo("2026-06-02T00:00:00Z");
  }

  @Test
  void aConditionThatCannotBeAskedDropsNothingAndIsAnErrorThatNamesTheDataset() throws IOException {
    configure("{ \"days\": 0, \"protect\": \"state = 'running'\" }");

    Result result = run("query", "maintain");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains("jobs: nothing is dropped: protect:", "state");
    assertThat(run("query", "maintain").code()).as("it is not forgotten").isEqualTo(1);
    assertThat(ids()).contains("a", "b", "c");
    assertThat(run("query", "status").out()).contains("jobs: nothing is dropped: protect:");
  }

  @Test
  void statusSaysWhatIsOldWhereNothingIsConfigured() throws IOException {
    assertThat(run("query", "status").out())
        .as("a file of rows old and new")
        .doesNotContain("older");
    assertThat(
            run()
                .reading(
                    "{\"id\":\"o\",\"status\":\"done\",\"created_at\":\"2026-05-01T00:00:00Z\"}")
                .run("append", "jobs")
                .code())
        .isZero();
    run("query", "maintain", "--expire-only"); // publishes

    assertThat(run("query", "status").out())
        .contains("jobs: at least 1 row (")
        .contains(
            ") older than 90 days by created_at, the oldest 94 days old; no retention is configured"
                + " for it");
    JsonNode old = run("--json", "query", "status").json().at("/old");
    assertThat(old).hasSize(1);
    assertThat(old.at("/0/rowsAtLeast").asInt()).isEqualTo(1);
    assertThat(old.at("/0/oldest").asText()).isEqualTo("2026-05-01T00:00:00Z");
    configure("\"keep\"");
    assertThat(run("query", "status").out()).doesNotContain("older than 90 days");
    configure("200");
    assertThat(run("query", "status").out()).doesNotContain("older than 90 days");
  }
}
