package dev.firn.smoke.flow;

import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;

/** OpenTelemetry's own SDK sends its logs to the daemon, which is killed meanwhile. */
final class DaemonIngestOtlp {
  static final Flow FLOW =
      new Flow(
          "daemon_ingest_otlp",
          "An OpenTelemetry SDK exports logs while the daemon is killed and started again: every"
              + " record that was acknowledged is there, none is there twice, and the exporter goes"
              + " on by itself.",
          DaemonIngestOtlp::run);

  private static final String SERVICE = "firn_smoke_otlp";
  private static final int THREADS = 3;
  private static final int RECORDS = 30;
  private static final long PATIENCE_SECONDS = 120;

  /** Kept, so that it stays as quiet as it is made: a daemon that is gone is no news here. */
  private static final java.util.logging.Logger SDK_LOG =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  private DaemonIngestOtlp() {}

  private static void run(Stage stage) throws IOException {
    SDK_LOG.setLevel(Level.OFF);
    Path root = stage.root();
    Files.createDirectories(root);
    Set<String> sent = new ConcurrentSkipListSet<>();
    Set<String> acknowledged = new ConcurrentSkipListSet<>();
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> senders = new ArrayList<>();
    RunningDaemon daemon = RunningDaemon.start(stage, root);
    try (OtlpHttpLogRecordExporter exporter =
        OtlpHttpLogRecordExporter.builder().setEndpoint(daemon.address() + "/v1/logs").build()) {
      for (int i = 0; i < THREADS; i++) {
        String name = "sender" + i + "-";
        senders.add(new Thread(() -> send(exporter, name, sent, acknowledged, done)));
      }
      senders.forEach(Thread::start);
      RunningDaemon.await("records to be acknowledged", () -> acknowledged.size() >= RECORDS);
      daemon.kill();
      int before = acknowledged.size();
      daemon = RunningDaemon.start(stage, root, daemon.address());
      RunningDaemon.await(
          "records to be acknowledged after the kill",
          () -> acknowledged.size() >= before + RECORDS);
      done.set(true);
      join(senders);
      postOthers(stage, daemon);
      daemon.stop().exits(0);
    } finally {
      done.set(true);
      daemon.close();
    }
    List<String> found =
        query(stage, root, "SELECT body FROM otel_logs WHERE source = '" + SERVICE + "'");
    Set<String> lost = new TreeSet<>(acknowledged);
    lost.removeAll(new HashSet<>(found));
    stage.same("records that were acknowledged and are not there", lost, Set.of());
    stage.same("records, each once", found.size(), new HashSet<>(found).size());
    Set<String> strange = new TreeSet<>(found);
    strange.removeAll(sent);
    stage.same("records that nobody sent", strange, Set.of());
    stage.same(
        "the span",
        query(stage, root, "SELECT name, kind FROM otel_traces WHERE source = '" + SERVICE + "'"),
        List.of("GET /,SERVER"));
    stage.same(
        "the data point",
        query(
            stage,
            root,
            "SELECT name, type, as_int FROM otel_metrics WHERE source = '" + SERVICE + "'"),
        List.of("orders,sum,7"));
    stage.firn(root, "query", "verify").exits(0);
  }

  private static List<String> query(Stage stage, Path root, String sql) throws IOException {
    List<String> lines = stage.firn(root, "query", "sql", sql, "--format", "csv").exits(0).out();
    return lines.subList(1, lines.size());
  }

  /** Records one by one, so that it is known of each whether it was acknowledged. */
  private static void send(
      OtlpHttpLogRecordExporter exporter,
      String name,
      Set<String> sent,
      Set<String> acknowledged,
      AtomicBoolean done) {
    String[] current = {""};
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .setResource(Resource.builder().put("service.name", SERVICE).build())
            .addLogRecordProcessor(
                (context, record) -> {
                  CompletableResultCode result = exporter.export(List.of(record.toLogRecordData()));
                  if (result.join(PATIENCE_SECONDS, TimeUnit.SECONDS).isSuccess()) {
                    acknowledged.add(current[0]);
                  }
                })
            .build()) {
      Logger logger = provider.get("smoke");
      for (int i = 0; !done.get(); i++) {
        current[0] = name + i;
        sent.add(current[0]);
        logger.logRecordBuilder().setBody(current[0]).emit();
      }
    }
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FlowFailure("interrupted");
      }
    }
  }

  /** A span and a data point, by hand. */
  private static void postOthers(Stage stage, RunningDaemon daemon) {
    String resource =
        "{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\""
            + SERVICE
            + "\"}}]},";
    Map<String, String> requests =
        Map.of(
            "/v1/traces",
            "{\"resourceSpans\":["
                + resource
                + "\"scopeSpans\":[{\"spans\":[{\"name\":\"GET /\",\"kind\":2}]}]}]}",
            "/v1/metrics",
            "{\"resourceMetrics\":["
                + resource
                + "\"scopeMetrics\":[{\"metrics\":[{\"name\":\"orders\",\"sum\":{\"dataPoints\":"
                + "[{\"asInt\":\"7\"}]}}]}]}]}");
    requests.forEach(
        (path, body) -> {
          HttpResponse<String> answer = daemon.post(path, body);
          stage.same("the answer of " + path, answer.statusCode() + answer.body(), "200{}");
        });
  }
}
