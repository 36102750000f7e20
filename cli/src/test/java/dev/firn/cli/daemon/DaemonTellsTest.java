package dev.firn.cli.daemon;

import static dev.firn.cli.daemon.RunningDaemon.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonTellsTest {
  private static final String SMALL_THRESHOLD =
      "\"maintenance\": {\"compact_file_count\": 3, \"interval_minutes\": 60}";

  @TempDir Path home;

  private static void fill(RunningDaemon daemon, int files) throws Exception {
    for (int i = 0; i < files; i++) {
      assertThat(daemon.append("logs", "?source=a", "{\"n\":" + i + "}\n").statusCode())
          .isEqualTo(200);
    }
  }

  private static HttpResponse<String> maintain(RunningDaemon daemon, String query)
      throws Exception {
    return daemon.send(daemon.to("/v1/maintain" + query).POST(BodyPublishers.noBody()));
  }

  private static JsonNode status(RunningDaemon daemon) throws Exception {
    return daemon.json("/v1/status").path("daemon");
  }

  private static void awaitPass(RunningDaemon daemon) {
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                status(daemon).path("running").isNull()
                    && status(daemon).path("lastPass").isObject());
  }

  @Test
  void aPassThatWasAskedForIsRunAndToldAlsoAfterARestart() throws Exception {
    JsonNode last;
    try (RunningDaemon daemon = RunningDaemon.start(home, "", SMALL_THRESHOLD)) {
      fill(daemon, 6);
      // A dry run publishes nothing, and what is not published it does not count.
      await()
          .atMost(Duration.ofSeconds(120))
          .until(
              () ->
                  json(maintain(daemon, "?dryRun=true")).path("totals").path("compacted").asInt()
                      == 1);
      assertThat(status(daemon).path("lastPass").isNull()).isTrue();

      assertThat(maintain(daemon, "?dataset=logs").statusCode()).isEqualTo(202);
      awaitPass(daemon);

      last = status(daemon).path("lastPass");
      assertThat(last.path("outcome").asText()).isEqualTo("done");
      assertThat(last.path("why").asText()).isEqualTo("asked for");
      assertThat(last.path("totals").path("compacted").asInt()).isEqualTo(1);
      assertThat(last.path("dropped").path("expired").asInt(-1)).isZero();
      assertThat(last.path("partitions").get(0).path("path").asText())
          .isEqualTo("datasets/logs/source=a");
      assertThat(status(daemon).path("nextPass").path("why").asText())
          .startsWith("interval_minutes 60 after");
      assertThat(daemon.json("/v1/status").path("partitions").get(0).path("dataFiles").asInt())
          .isLessThan(6);
    }
    try (RunningDaemon daemon = RunningDaemon.start(home, "", SMALL_THRESHOLD)) {
      assertThat(status(daemon).path("lastPass")).isEqualTo(last);
      assertThat(status(daemon).path("nextPass").path("why").asText())
          .startsWith("interval_minutes 60 after");
    }
    assertThat(new CommandRun(home).maintaining().run("query", "rows", "logs").lines()).hasSize(6);
  }

  @Test
  void aPassBeginsEarlyWhenSmallFilesPileUp() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home, "", SMALL_THRESHOLD)) {
      fill(daemon, 12);
      awaitPass(daemon);

      assertThat(status(daemon).path("lastPass").path("why").asText())
          .startsWith("early: datasets/logs/source=a has ")
          .endsWith("threshold 12");
      assertThat(status(daemon).path("lastPass").path("totals").path("compacted").asInt())
          .isEqualTo(1);
    }
  }

  @Test
  void switchedOffItSaysNeverAndRunsWhenAskedAllTheSame() throws Exception {
    try (RunningDaemon daemon =
        RunningDaemon.start(home, "", "\"maintenance\": {\"enabled\": false}")) {
      fill(daemon, 1);
      assertThat(status(daemon).path("nextPass").path("at").isNull()).isTrue();
      assertThat(status(daemon).path("nextPass").path("why").asText()).startsWith("never: ");
      assertThat(maintain(daemon, "").statusCode()).isEqualTo(202);
      awaitPass(daemon);
    }
  }

  @Test
  void whatMaintainDoesNotKnowIsRefused() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(maintain(daemon, "?dataset=nowhere").statusCode()).isEqualTo(404);
      assertThat(maintain(daemon, "?dataset=..%2Fx").statusCode()).isEqualTo(400);
      assertThat(maintain(daemon, "?dryRun=maybe").statusCode()).isEqualTo(400);
      assertThat(maintain(daemon, "?dry_run=true").statusCode()).isEqualTo(400);
      assertThat(daemon.get("/v1/maintain").statusCode()).isEqualTo(405);
      assertThat(daemon.get("/v1/maintain").headers().firstValue("Allow")).contains("POST");
    }
  }

  @Test
  void metricsAreTextThatPrometheusReadsAndCountWhatLanded() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      fill(daemon, 2);
      daemon.append("logs", "?source=a", "x");

      HttpResponse<String> response = daemon.get("/metrics");

      assertThat(response.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("text/plain; version=0.0.4");
      assertThat(response.body().lines())
          .contains(
              "firn_ingest_landed_rows_total{source=\"a\"} 2.0",
              "firn_ingest_rejected_exchanges_total{reason=\"malformed\",source=\"a\"} 1.0",
              "firn_cache_rows 2.0",
              "firn_ready 1.0")
          .allMatch(
              Pattern.compile("# (HELP|TYPE) .*|[a-z_]+(\\{[^}]*})? [-+0-9.eE]+")
                  .asMatchPredicate());
    }
  }

  @Test
  void thePageShowsWhatThereIsAndItsButtonBeginsAPass() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      daemon.append("logs", "?source=%3Cb%3E%26%22", "{\"n\":1}\n");
      daemon.append("logs", "?source=b", "{\"n\":}\n");

      HttpResponse<String> page = daemon.get("/");

      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'");
      assertThat(page.body())
          .contains("Nothing needs attention", "source=&lt;b&gt;&amp;&quot;", "Run a pass now")
          .containsOnlyOnce("1 malformed")
          .doesNotContain("<b>&", "<script", "src=", "href=");

      HttpResponse<String> pressed =
          daemon.send(
              daemon
                  .to("/v1/maintain?from=page")
                  .header("Origin", daemon.address())
                  .POST(BodyPublishers.noBody()));
      assertThat(pressed.statusCode()).isEqualTo(303);
      assertThat(pressed.headers().firstValue("Location")).contains("/");
      awaitPass(daemon);
      assertThat(daemon.get("/").body()).contains("asked for");
    }
  }

  @Test
  void anEmptyCacheHasAPageTooAndAStatus() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(daemon.get("/").statusCode()).isEqualTo(200);
      assertThat(status(daemon).path("sources")).isEmpty();
      assertThat(status(daemon).path("memory").path("heapBytes").asLong()).isPositive();
      assertThat(status(daemon).path("disk").path("freeBytes").asLong()).isPositive();
      assertThat(daemon.get("/nowhere").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void peopleAreToldWhatProgramsAre() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      fill(daemon, 3);

      CommandRun.Result status = new CommandRun(home).run("daemon", "status");

      assertThat(status.code()).as(status.err()).isZero();
      assertThat(status.lines().get(0)).startsWith("Daemon of " + home).contains(daemon.address());
      assertThat(status.out()).contains("next pass", "SOURCE", "a ", "3 rows");
      assertThat(
              new CommandRun(home)
                  .run("daemon", "status", "--json")
                  .json()
                  .path("daemon")
                  .path("address")
                  .asText())
          .isEqualTo(daemon.address());
    }
    CommandRun.Result none = new CommandRun(home).run("daemon", "status");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.out()).startsWith("No daemon runs on ");
  }
}
