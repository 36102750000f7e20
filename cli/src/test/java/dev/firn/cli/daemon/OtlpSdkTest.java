package dev.firn.cli.daemon;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longArrayKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenTelemetry's own SDK with its OTLP/HTTP exporters, pointed at the daemon. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class OtlpSdkTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Resource RESOURCE =
      Resource.create(
          Attributes.of(stringKey("service.name"), "shop", stringKey("host.name"), "one"),
          "https://schema/resource");
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901234Z");

  @TempDir Path home;
  private RunningDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon = RunningDaemon.start(home);
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private List<JsonNode> rows(String dataset) throws Exception {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : new CommandRun(home).maintaining().run("query", "rows", dataset).lines()) {
      JsonNode row = JSON.readTree(line);
      assertThat(row.path("resource_attributes").asText())
          .isEqualTo("{\"host.name\":\"one\",\"service.name\":\"shop\"}");
      assertThat(row.path("resource_schema_url").asText()).isEqualTo("https://schema/resource");
      if (row.path("scope_name").asText().startsWith("io.opentelemetry.")) {
        continue; // the SDK's metrics of itself
      }
      assertThat(row.path("scope_name").asText()).isEqualTo("lib");
      assertThat(row.path("scope_version").asText()).isEqualTo("1.2");
      assertThat(row.path("scope_schema_url").asText()).isEqualTo("https://schema/scope");
      rows.add(row);
    }
    return rows;
  }

  @Test
  void logRecordsArriveWithEveryField() throws Exception {
    SpanContext context =
        SpanContext.create(
            "5b8efff798038103d269b633813fc60c",
            "eee19b7ec3c1b174",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    try (SdkLoggerProvider provider =
            SdkLoggerProvider.builder()
                .setResource(RESOURCE)
                .addLogRecordProcessor(
                    SimpleLogRecordProcessor.create(
                        OtlpHttpLogRecordExporter.builder()
                            .setEndpoint(daemon.address() + "/v1/logs")
                            .setTimeout(Duration.ofSeconds(120))
                            .setCompression("gzip")
                            .build()))
                .build();
        Scope scope = Span.wrap(context).storeInContext(Context.root()).makeCurrent()) {
      provider
          .loggerBuilder("lib")
          .setInstrumentationVersion("1.2")
          .setSchemaUrl("https://schema/scope")
          .build()
          .logRecordBuilder()
          .setTimestamp(TIME)
          .setObservedTimestamp(TIME.plusNanos(1))
          .setSeverity(Severity.ERROR2)
          .setSeverityText("bad")
          .setEventName("order.failed")
          .setBody(
              Value.of(
                  KeyValue.of("n", Value.of(1)),
                  KeyValue.of("b", Value.of(new byte[] {1, 2})),
                  KeyValue.of("a", Value.of(Value.of(true), Value.of("x")))))
          .setAttribute(longKey("whole"), Long.MAX_VALUE)
          .setAttribute(doubleKey("half"), 0.5)
          .setAttribute(longArrayKey("array"), List.of(1L, -2L))
          .emit();
      assertThat(scope).isNotNull();
      assertThat(provider.forceFlush().join(120, TimeUnit.SECONDS).isSuccess()).isTrue();
    }

    JsonNode row = rows("otel_logs").get(0);
    assertThat(row.path("timestamp").asText()).startsWith("2026-01-02T03:04:05.678901");
    assertThat(row.path("time_unix_nano").asLong()).isEqualTo(1_767_323_045_678_901_234L);
    assertThat(row.path("observed_time_unix_nano").asLong()).isEqualTo(1_767_323_045_678_901_235L);
    assertThat(row.path("severity_number").asInt()).isEqualTo(18);
    assertThat(row.path("severity_text").asText()).isEqualTo("bad");
    assertThat(row.path("event_name").asText()).isEqualTo("order.failed");
    assertThat(row.path("body").asText())
        .isEqualTo("{\"n\":1,\"b\":{\"bytesValue\":\"AQI=\"},\"a\":[true,\"x\"]}");
    assertThat(row.path("body_type").asText()).isEqualTo("kvlist");
    assertThat(JSON.readTree(row.path("attributes").asText()))
        .isEqualTo(JSON.readTree("{\"whole\":9223372036854775807,\"half\":0.5,\"array\":[1,-2]}"));
    assertThat(row.path("trace_id").asText()).isEqualTo("5b8efff798038103d269b633813fc60c");
    assertThat(row.path("span_id").asText()).isEqualTo("eee19b7ec3c1b174");
    assertThat(row.path("flags").asInt()).isEqualTo(1);
  }

  @Test
  void spansArriveWithEveryField() throws Exception {
    SpanContext linked =
        SpanContext.create(
            "5b8efff798038103d269b633813fc60c",
            "eee19b7ec3c1b174",
            TraceFlags.getSampled(),
            TraceState.builder().put("k", "v").build());
    Span span;
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(RESOURCE)
            .addSpanProcessor(
                SimpleSpanProcessor.create(
                    OtlpHttpSpanExporter.builder()
                        .setEndpoint(daemon.address() + "/v1/traces")
                        .setTimeout(Duration.ofSeconds(120))
                        .build()))
            .build()) {
      span =
          provider
              .tracerBuilder("lib")
              .setInstrumentationVersion("1.2")
              .setSchemaUrl("https://schema/scope")
              .build()
              .spanBuilder("GET /")
              .setParent(Span.wrap(linked).storeInContext(Context.root()))
              .setSpanKind(SpanKind.CLIENT)
              .setStartTimestamp(TIME)
              .setAttribute(booleanKey("ok"), false)
              .addLink(linked, Attributes.of(stringKey("why"), "because"))
              .startSpan();
      span.addEvent("retry", Attributes.of(longKey("n"), 2L), TIME.plusNanos(7));
      span.setStatus(StatusCode.ERROR, "no answer");
      span.end(TIME.plusNanos(11));
      assertThat(provider.forceFlush().join(120, TimeUnit.SECONDS).isSuccess()).isTrue();
    }

    JsonNode row = rows("otel_traces").get(0);
    assertThat(row.path("trace_id").asText()).isEqualTo("5b8efff798038103d269b633813fc60c");
    assertThat(row.path("span_id").asText()).isEqualTo(span.getSpanContext().getSpanId());
    assertThat(row.path("parent_span_id").asText()).isEqualTo("eee19b7ec3c1b174");
    assertThat(row.path("trace_state").asText()).isEqualTo("k=v");
    assertThat(row.path("name").asText()).isEqualTo("GET /");
    assertThat(row.path("kind").asText()).isEqualTo("CLIENT");
    assertThat(row.path("start_time_unix_nano").asLong()).isEqualTo(1_767_323_045_678_901_234L);
    assertThat(row.path("end_time_unix_nano").asLong()).isEqualTo(1_767_323_045_678_901_245L);
    assertThat(row.path("attributes").asText()).isEqualTo("{\"ok\":false}");
    assertThat(row.path("status_code").asText()).isEqualTo("ERROR");
    assertThat(row.path("status_message").asText()).isEqualTo("no answer");
    assertThat(row.path("flags").asInt() & 1).isEqualTo(1);
    JsonNode event = JSON.readTree(row.path("events").asText()).get(0);
    assertThat(event.path("name").asText()).isEqualTo("retry");
    assertThat(event.path("time_unix_nano").asLong()).isEqualTo(1_767_323_045_678_901_241L);
    assertThat(event.path("attributes").path("n").asInt()).isEqualTo(2);
    JsonNode link = JSON.readTree(row.path("links").asText()).get(0);
    assertThat(link.path("trace_id").asText()).isEqualTo("5b8efff798038103d269b633813fc60c");
    assertThat(link.path("span_id").asText()).isEqualTo("eee19b7ec3c1b174");
    assertThat(link.path("trace_state").asText()).isEqualTo("k=v");
    assertThat(link.path("attributes").path("why").asText()).isEqualTo("because");
  }

  @Test
  void everyKindOfMetricThatTheSdkMakesArrives() throws Exception {
    try (SdkMeterProvider provider =
        SdkMeterProvider.builder()
            .setResource(RESOURCE)
            .registerView(
                InstrumentSelector.builder().setName("latency.exponential").build(),
                View.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerMetricReader(
                PeriodicMetricReader.builder(
                        OtlpHttpMetricExporter.builder()
                            .setEndpoint(daemon.address() + "/v1/metrics")
                            .setTimeout(Duration.ofSeconds(120))
                            .build())
                    .build())
            .build()) {
      Meter meter =
          provider
              .meterBuilder("lib")
              .setInstrumentationVersion("1.2")
              .setSchemaUrl("https://schema/scope")
              .build();
      Attributes attributes = Attributes.of(stringKey("route"), "/");
      meter
          .counterBuilder("orders")
          .setUnit("1")
          .setDescription("Orders.")
          .build()
          .add(3, attributes);
      meter.upDownCounterBuilder("queue").ofDoubles().build().add(-1.5, attributes);
      meter.gaugeBuilder("temperature").build().set(21.5, attributes);
      meter.histogramBuilder("latency").build().record(7.5, attributes);
      meter.histogramBuilder("latency.exponential").build().record(7.5, attributes);
      assertThat(provider.forceFlush().join(120, TimeUnit.SECONDS).isSuccess()).isTrue();
    }

    List<JsonNode> rows = rows("otel_metrics");
    JsonNode orders = named(rows, "orders");
    assertThat(orders.path("type").asText()).isEqualTo("sum");
    assertThat(orders.path("unit").asText()).isEqualTo("1");
    assertThat(orders.path("description").asText()).isEqualTo("Orders.");
    assertThat(orders.path("as_int").asLong()).isEqualTo(3);
    assertThat(orders.path("is_monotonic").asBoolean()).isTrue();
    assertThat(orders.path("aggregation_temporality").asText()).isEqualTo("CUMULATIVE");
    assertThat(orders.path("attributes").asText()).isEqualTo("{\"route\":\"/\"}");
    assertThat(orders.path("time_unix_nano").asLong())
        .isGreaterThanOrEqualTo(orders.path("start_time_unix_nano").asLong());
    assertThat(named(rows, "queue").path("as_double").asDouble()).isEqualTo(-1.5);
    assertThat(named(rows, "queue").path("is_monotonic").asBoolean(true)).isFalse();
    assertThat(named(rows, "temperature").path("type").asText()).isEqualTo("gauge");
    assertThat(named(rows, "temperature").path("as_double").asDouble()).isEqualTo(21.5);
    JsonNode latency = named(rows, "latency");
    assertThat(latency.path("type").asText()).isEqualTo("histogram");
    assertThat(latency.path("count").asLong()).isEqualTo(1);
    assertThat(latency.path("sum").asDouble()).isEqualTo(7.5);
    assertThat(latency.path("min").asDouble()).isEqualTo(7.5);
    assertThat(latency.path("max").asDouble()).isEqualTo(7.5);
    assertThat(latency.path("bucket_counts")).hasSize(latency.path("explicit_bounds").size() + 1);
    JsonNode exponential = named(rows, "latency.exponential");
    assertThat(exponential.path("type").asText()).isEqualTo("exponential_histogram");
    assertThat(exponential.path("count").asLong()).isEqualTo(1);
    assertThat(exponential.path("zero_count").asLong()).isZero();
    assertThat(exponential.path("positive_bucket_counts").toString()).isEqualTo("[1]");
    double base = Math.pow(2, Math.pow(2, -exponential.path("scale").asInt()));
    double lower = Math.pow(base, exponential.path("positive_offset").asInt());
    assertThat(7.5).isBetween(lower, lower * base);
  }

  private static JsonNode named(List<JsonNode> rows, String name) {
    return rows.stream()
        .filter(row -> row.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + rows));
  }
}
