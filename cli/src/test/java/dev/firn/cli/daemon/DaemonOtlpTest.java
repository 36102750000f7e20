package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import dev.firn.cli.CommandRun;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonOtlpTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RESOURCE =
      "\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]}";
  private static final String SCOPE =
      "\"scope\":{\"name\":\"lib\",\"version\":\"2\",\"attributes\":[{\"key\":\"s\",\"value\":"
          + "{\"stringValue\":\"t\"}}]}";

  @TempDir Path home;
  private RunningDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon = RunningDaemon.start(home, "\"max_body_bytes\": 4000000", "");
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private HttpResponse<String> json(String path, String body) throws Exception {
    return daemon.send(
        daemon
            .to(path)
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder protobuf(String path, byte[] body) {
    return daemon
        .to(path)
        .header("Content-Type", "application/x-protobuf")
        .POST(BodyPublishers.ofByteArray(body));
  }

  private List<JsonNode> rows(String dataset) throws Exception {
    List<JsonNode> rows = new ArrayList<>();
    for (String line :
        new CommandRun(home)
            .maintaining()
            .run("query", "rows", dataset, "--with-partition")
            .lines()) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private String sql(String query) {
    return new CommandRun(home)
        .maintaining()
        .run("query", "sql", query, "--format", "csv")
        .out()
        .strip()
        .replace("\r\n", "\n");
  }

  private static ExportLogsServiceRequest logs(String service, LogRecord... records) {
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    request
        .addResourceLogsBuilder()
        .setResource(Resource.newBuilder().addAttributes(entry("service.name", text(service))))
        .addScopeLogsBuilder()
        .addAllLogRecords(List.of(records));
    return request.build();
  }

  private static KeyValue entry(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static LogRecord log(String body) {
    return LogRecord.newBuilder().setTimeUnixNano(5).setBody(text(body)).build();
  }

  private static byte[] gzip(byte[] content) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /** Some requests as the specification shows them, by hand. */
  @Test
  void theThreeSignalsInJsonBecomeRowsThatSqlFindsItsWayIn() throws Exception {
    HttpResponse<String> logs =
        json(
            "/v1/logs",
            "{\"resourceLogs\":[{"
                + RESOURCE
                + ",\"scopeLogs\":[{"
                + SCOPE
                + ",\"logRecords\":[{\"timeUnixNano\":\"1544712660300000001\","
                + "\"observedTimeUnixNano\":\"1544712660300000002\",\"severityNumber\":10,"
                + "\"severityText\":\"Information\",\"traceId\":\"5B8EFFF798038103D269B633813FC60C\","
                + "\"spanId\":\"EEE19B7EC3C1B174\",\"body\":{\"stringValue\":\"Example\"},"
                + "\"attributes\":[{\"key\":\"map\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":"
                + "\"some.key\",\"value\":{\"intValue\":\"10\"}}]}}}]}]}]}]}");
    HttpResponse<String> spans =
        json(
            "/v1/traces",
            "{\"resourceSpans\":[{"
                + RESOURCE
                + ",\"scopeSpans\":[{"
                + SCOPE
                + ",\"spans\":[{\"traceId\":\"5B8EFFF798038103D269B633813FC60C\",\"spanId\":"
                + "\"EEE19B7EC3C1B174\",\"parentSpanId\":\"EEE19B7EC3C1B173\",\"name\":\"I'm a span\","
                + "\"startTimeUnixNano\":\"1544712660000000000\",\"endTimeUnixNano\":"
                + "\"1544712661000000000\",\"kind\":2,\"status\":{\"code\":2}}]}]}]}");
    HttpResponse<String> metrics =
        json(
            "/v1/metrics",
            "{\"resourceMetrics\":[{"
                + RESOURCE
                + ",\"scopeMetrics\":[{"
                + SCOPE
                + ",\"metrics\":[{\"name\":\"my.histogram\",\"unit\":\"1\",\"histogram\":{"
                + "\"aggregationTemporality\":1,\"dataPoints\":[{\"timeUnixNano\":"
                + "\"1544712660300000000\",\"count\":3,\"sum\":3,\"bucketCounts\":[1,2],"
                + "\"explicitBounds\":[1],\"min\":1,\"max\":1}]}}]}]}]}");

    for (HttpResponse<String> response : List.of(logs, spans, metrics)) {
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("{}");
      assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    }
    assertThat(
            sql(
                "SELECT source, severity_text, body, trace_id, time_unix_nano,"
                    + " attributes->'map'->>'some.key' AS k, epoch_us(timestamp) AS t,"
                    + " resource_attributes->>'service.name' AS s, scope_name FROM otel_logs"))
        .isEqualTo(
            "source,severity_text,body,trace_id,time_unix_nano,k,t,s,scope_name\n"
                + "shop,Information,Example,5b8efff798038103d269b633813fc60c,"
                + "1544712660300000001,10,1544712660300000,shop,lib");
    assertThat(
            sql(
                "SELECT name, kind, status_code, end_time_unix_nano - start_time_unix_nano AS d"
                    + " FROM otel_traces"))
        .isEqualTo("name,kind,status_code,d\nI'm a span,SERVER,ERROR,1000000000");
    assertThat(
            sql(
                "SELECT name, type, count, bucket_counts[2] AS second, explicit_bounds[1] AS bound"
                    + " FROM otel_metrics"))
        .isEqualTo("name,type,count,second,bound\nmy.histogram,histogram,3,2,1.0");
  }

  @Test
  void rowsStayAsTheyAreWhenTheyAreCompactedAndTheSchemaIsTheSameFromTheFirstRowOn()
      throws Exception {
    String schema = "";
    for (int i = 0; i < 3; i++) {
      LogRecord.Builder record = log("row " + i).toBuilder();
      if (i == 1) {
        record.setTimeUnixNano(-1).addAttributes(entry("k", AnyValue.getDefaultInstance()));
      }
      assertThat(
              daemon
                  .send(protobuf("/v1/logs", logs("shop", record.build()).toByteArray()))
                  .statusCode())
          .isEqualTo(200);
      String now = new CommandRun(home).maintaining().run("query", "schema", "otel_logs").out();
      assertThat(schema.isEmpty() || schema.equals(now)).as(now).isTrue();
      schema = now;
    }
    assertThat(
            daemon
                .send(protobuf("/v1/metrics", histogram()).header("Content-Encoding", "identity"))
                .statusCode())
        .isEqualTo(200);
    List<JsonNode> before = rows("otel_logs");
    List<JsonNode> metrics = rows("otel_metrics");

    assertThat(new CommandRun(home).maintaining().run("query", "maintain", "--force").code())
        .isZero();

    assertThat(rows("otel_logs")).isEqualTo(before).hasSize(3);
    assertThat(before.get(1).path("row").path("_rescued").asText())
        .isEqualTo("{\"time_unix_nano\":18446744073709551615}");
    assertThat(rows("otel_metrics")).isEqualTo(metrics).hasSize(1);
    assertThat(metrics.get(0).path("row").path("bucket_counts").toString()).isEqualTo("[1,0]");
    assertThat(metrics.get(0).path("row").path("sum").asText()).isEqualTo("NaN");
  }

  private static byte[] histogram() {
    ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
    request
        .addResourceMetricsBuilder()
        .addScopeMetricsBuilder()
        .addMetricsBuilder()
        .getHistogramBuilder()
        .addDataPointsBuilder()
        .setSum(Double.NaN)
        .addBucketCounts(1)
        .addBucketCounts(0);
    return request.build().toByteArray();
  }

  @Test
  void aRepetitionIsAnsweredAndNotLandedAgainPackedOrNot() throws Exception {
    byte[] body = logs("shop", log("once")).toByteArray();
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> response =
          i < 2
              ? daemon.send(protobuf("/v1/logs", body))
              : daemon.send(protobuf("/v1/logs", gzip(body)).header("Content-Encoding", "gzip"));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEmpty();
      assertThat(response.headers().firstValue("Content-Type")).contains("application/x-protobuf");
    }
    assertThat(rows("otel_logs")).hasSize(1);
    daemon.send(protobuf("/v1/logs", body).header("Idempotency-Key", "another"));
    assertThat(rows("otel_logs")).hasSize(2);

    byte[] other = logs("shop", log("twice")).toByteArray();
    HttpResponse<byte[]> refused =
        bytes(protobuf("/v1/logs", other).header("Idempotency-Key", "another"));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("another exchange");
    assertThat(rows("otel_logs")).hasSize(2);
  }

  @Test
  void servicesLieApartAndTheirNamesMayBeAnything() throws Exception {
    for (String service : List.of("shop", "a/b", "", "..")) {
      daemon.send(protobuf("/v1/logs", logs(service, log("x")).toByteArray()));
    }

    assertThat(rows("otel_logs"))
        .extracting(row -> row.path("partition").asText())
        .containsExactlyInAnyOrder(
            "datasets/otel_logs/source=shop",
            "datasets/otel_logs/source=a%2Fb",
            "datasets/otel_logs/source=unknown_service",
            "datasets/otel_logs/source=%2E%2E");
    assertThat(sql("SELECT source FROM otel_logs WHERE source LIKE 'a%' ORDER BY 1"))
        .isEqualTo("source\na%2Fb");
  }

  @Test
  void whatCannotBeARowIsCountedInTheAnswerAndTheRestLands() throws Exception {
    AnyValue deep = text("x");
    for (int i = 0; i < 200; i++) {
      deep = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(deep)).build();
    }
    LogRecord bad = LogRecord.newBuilder().setBody(deep).build();

    HttpResponse<byte[]> partial = bytes(protobuf("/v1/logs", logs("shop", log("good"), bad)));
    HttpResponse<byte[]> none = bytes(protobuf("/v1/logs", logs("shop", bad, bad)));

    assertThat(partial.statusCode()).isEqualTo(200);
    ExportLogsPartialSuccess answer =
        ExportLogsServiceResponse.parseFrom(partial.body()).getPartialSuccess();
    assertThat(answer.getRejectedLogRecords()).isEqualTo(1);
    assertThat(answer.getErrorMessage())
        .isEqualTo("1 of 2 log records were rejected: a value has more than 100 levels");
    assertThat(none.statusCode()).isEqualTo(400);
    assertThat(new String(none.body(), StandardCharsets.UTF_8))
        .contains("2 of 2 log records were rejected");
    assertThat(rows("otel_logs")).hasSize(1);
    JsonNode page = daemon.source("shop");
    assertThat(page.path("signal").asText()).isEqualTo("logs");
    assertThat(page.path("received").path("rows").asInt()).isEqualTo(4);
    assertThat(page.path("landed").path("rows").asInt()).isEqualTo(1);
    assertThat(page.path("rejected").path("rows").asInt()).isEqualTo(3);
    assertThat(page.path("received").path("exchanges").asInt()).isEqualTo(2);
    assertThat(page.path("landed").path("exchanges").asInt()).isEqualTo(1);
    assertThat(page.path("rejectedBecause").path("malformed").asInt()).isEqualTo(1);
    assertThat(page.path("inFlight").path("bytes").asInt()).isZero();
    assertThat(daemon.get("/metrics").body())
        .contains("firn_ingest_landed_rows_total{signal=\"logs\",source=\"shop\"} 1.0");
    assertThat(daemon.get("/").body()).contains("shop (logs)");
  }

  private HttpResponse<byte[]> bytes(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder protobuf(String path, Message message) {
    return protobuf(path, message.toByteArray());
  }

  @ParameterizedTest
  @CsvSource({
    "text/plain,             , 415",
    "                        , , 415",
    "application/x-protobuf, br, 415",
    "application/x-protobuf, gzip, 400",
    "application/x-protobuf, , 400",
    "application/json, , 400",
    "APPLICATION/JSON;x=y, , 400"
  })
  void aBodyThatIsNoRequestIsRefusedInWordsOfTheProtocol(String type, String packed, int status)
      throws Exception {
    HttpRequest.Builder request =
        daemon
            .to("/v1/logs")
            .POST(BodyPublishers.ofByteArray("this is not it".getBytes(StandardCharsets.UTF_8)));
    if (type != null) {
      request.header("Content-Type", type);
    }
    if (packed != null) {
      request.header("Content-Encoding", packed);
    }

    HttpResponse<String> response = daemon.send(request);

    assertThat(response.statusCode()).isEqualTo(status);
    boolean protobuf = "application/x-protobuf".equals(type);
    assertThat(response.headers().firstValue("Content-Type"))
        .contains(protobuf ? "application/x-protobuf" : "application/json");
    if (!protobuf) {
      assertThat(JSON.readTree(response.body()).path("code").asInt()).isEqualTo(3);
      assertThat(JSON.readTree(response.body()).path("message").asText()).isNotEmpty();
    }
    assertThat(rows("otel_logs")).isEmpty();
  }

  @Test
  void whoMayNotSpeakAndHowIsSaidInWordsOfTheProtocolToo() throws Exception {
    byte[] body = logs("shop", log("x")).toByteArray();
    HttpResponse<String> elsewhere =
        daemon.send(protobuf("/v1/logs", body).header("Origin", "http://elsewhere"));
    assertThat(elsewhere.statusCode()).isEqualTo(403);
    assertThat(elsewhere.headers().firstValue("Content-Type")).contains("application/x-protobuf");
    String message = "Origin is \"http://elsewhere\", another page's";
    assertThat(elsewhere.body())
        .isEqualTo("\u0008\u0007\u0012" + (char) message.length() + message); // code 7 and message

    HttpResponse<String> asked = daemon.get("/v1/traces");
    assertThat(asked.statusCode()).isEqualTo(405);
    assertThat(asked.headers().firstValue("Allow")).contains("POST");
    assertThat(asked.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(asked.body())
        .isEqualTo("{\"code\":12,\"message\":\"GET is not for /v1/traces; POST\"}");

    HttpResponse<String> ours = daemon.get("/v1/maintain");
    assertThat(JSON.readTree(ours.body()).path("status").asInt()).isEqualTo(405);
    assertThat(rows("otel_logs")).isEmpty();
  }

  @Test
  void hugeBodiesAndRandomOnesAreAnsweredAndNothingOfThemLands() throws Exception {
    byte[] huge = logs("shop", log("x".repeat(4_100_000))).toByteArray();
    assertThat(daemon.send(protobuf("/v1/logs", huge)).statusCode()).isEqualTo(413);
    assertThat(
            daemon
                .send(protobuf("/v1/logs", gzip(huge)).header("Content-Encoding", "gzip"))
                .statusCode())
        .isEqualTo(413);
    byte[] whole = logs("shop", log("one"), log("two")).toByteArray();
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      byte[] body = new byte[random.nextInt(100) + 1];
      random.nextBytes(body);
      int status = daemon.send(protobuf("/v1/logs", body)).statusCode();
      assertThat(status).as("seed 3, %s", i).isIn(200, 400);
    }
    for (int length = 1; length < whole.length; length++) {
      assertThat(daemon.send(protobuf("/v1/logs", Arrays.copyOf(whole, length))).statusCode())
          .as("%s bytes", length)
          .isEqualTo(400);
    }
    assertThat(rows("otel_logs")).isEmpty();
    assertThat(daemon.source("(unread)").path("rejectedBecause").path("unreadable").asInt())
        .isGreaterThan(100);
  }

  @Test
  void aHundredThousandAttributesAreOneRow() throws Exception {
    LogRecord.Builder record = log("many").toBuilder();
    for (int i = 0; i < 100_000; i++) {
      record.addAttributes(entry("key" + i, text("v" + i)));
    }

    HttpResponse<String> response = daemon.send(protobuf("/v1/logs", logs("shop", record.build())));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(
            sql(
                "SELECT attributes->>'key99999' AS v, len(json_keys(attributes)) AS n FROM otel_logs"))
        .isEqualTo("v,n\nv99999,100000");
  }
}
