package dev.firn.cli.daemon.otlp;

import static dev.firn.cli.daemon.otlp.Records.SPAN_ID;
import static dev.firn.cli.daemon.otlp.Records.TIME;
import static dev.firn.cli.daemon.otlp.Records.TRACE_ID;
import static dev.firn.cli.daemon.otlp.Records.body;
import static dev.firn.cli.daemon.otlp.Records.entry;
import static dev.firn.cli.daemon.otlp.Records.id;
import static dev.firn.cli.daemon.otlp.Records.json;
import static dev.firn.cli.daemon.otlp.Records.logs;
import static dev.firn.cli.daemon.otlp.Records.metric;
import static dev.firn.cli.daemon.otlp.Records.metrics;
import static dev.firn.cli.daemon.otlp.Records.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
  private static final String ABOVE =
      """
      "resource_attributes": "{\\"host.name\\":\\"one\\",\\"service.name\\":\\"shop\\"}",
      "resource_dropped_attributes_count": 3, "resource_schema_url": "https://r",
      "resource_entity_refs": "[{\\"schema_url\\":\\"https://e\\",\\"type\\":\\"service\\",\
      \\"id_keys\\":[\\"service.name\\",\\"x\\"],\\"description_keys\\":[\\"y\\"]}]",
      "scope_name": "my.library", "scope_version": "1.0.0", "scope_attributes": "{\\"a\\":\\"b\\"}",
      "scope_dropped_attributes_count": 4, "scope_schema_url": "https://s"
      """;

  @Test
  void everyFieldOfALogRecordHasItsColumn() throws Exception {
    LogRecord record =
        LogRecord.newBuilder()
            .setTimeUnixNano(TIME)
            .setObservedTimeUnixNano(TIME + 1)
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_WARN2)
            .setSeverityText("warning")
            .setBody(text("it {\"burns\"}"))
            .addAttributes(entry("n", Records.whole(Long.MIN_VALUE)))
            .setDroppedAttributesCount(-1)
            .setFlags(-2)
            .setTraceId(id(TRACE_ID))
            .setSpanId(id(SPAN_ID))
            .setEventName("fire")
            .build();

    assertThat(json(Records.read(Signal.LOGS, logs(record)).rows().get(0)))
        .isEqualTo(
            json(
                """
                {"timestamp": "2018-12-13T14:51:00.300Z", "time_unix_nano": 1544712660300000123,
                 "observed_time_unix_nano": 1544712660300000124, "severity_number": 14,
                 "severity_text": "warning", "body": "it {\\"burns\\"}", "body_type": "string",
                 "attributes": "{\\"n\\":-9223372036854775808}",
                 "dropped_attributes_count": 4294967295, "flags": 4294967294,
                 "trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174",
                 "event_name": "fire",
                """
                    + ABOVE
                    + "}"));
  }

  @Test
  void everyFieldOfASpanHasItsColumn() throws Exception {
    Span span =
        Span.newBuilder()
            .setTraceId(id(TRACE_ID))
            .setSpanId(id(SPAN_ID))
            .setParentSpanId(id("0102"))
            .setTraceState("a=b")
            .setFlags(0x301)
            .setName("GET /")
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(TIME)
            .setEndTimeUnixNano(-1)
            .addAttributes(entry("k", "v"))
            .setDroppedAttributesCount(1)
            .addEvents(
                Span.Event.newBuilder()
                    .setTimeUnixNano(TIME)
                    .setName("e")
                    .addAttributes(entry("k", Records.number(1)))
                    .setDroppedAttributesCount(2))
            .addEvents(Span.Event.getDefaultInstance())
            .setDroppedEventsCount(3)
            .addLinks(
                Span.Link.newBuilder()
                    .setTraceId(id(TRACE_ID))
                    .setSpanId(id(SPAN_ID))
                    .setTraceState("c=d")
                    .addAttributes(entry("k", "v"))
                    .setDroppedAttributesCount(4)
                    .setFlags(5))
            .setDroppedLinksCount(6)
            .setStatus(
                Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage("no"))
            .build();
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(Records.resource())
                    .setSchemaUrl("https://r")
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .setScope(Records.scope())
                            .setSchemaUrl("https://s")
                            .addSpans(span)))
            .build();

    assertThat(json(Records.read(Signal.TRACES, request).rows().get(0)))
        .isEqualTo(
            json(
                """
                {"timestamp": "2018-12-13T14:51:00.300Z",
                 "start_time_unix_nano": 1544712660300000123,
                 "end_time_unix_nano": 18446744073709551615,
                 "trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174",
                 "parent_span_id": "0102", "trace_state": "a=b", "flags": 769, "name": "GET /",
                 "kind": "SERVER", "attributes": "{\\"k\\":\\"v\\"}", "dropped_attributes_count": 1,
                 "events": "[{\\"time_unix_nano\\":1544712660300000123,\\"name\\":\\"e\\",\
                \\"attributes\\":{\\"k\\":1.0},\\"dropped_attributes_count\\":2},{}]",
                 "dropped_events_count": 3,
                 "links": "[{\\"trace_id\\":\\"5b8efff798038103d269b633813fc60c\\",\
                \\"span_id\\":\\"eee19b7ec3c1b174\\",\\"trace_state\\":\\"c=d\\",\
                \\"attributes\\":{\\"k\\":\\"v\\"},\\"dropped_attributes_count\\":4,\\"flags\\":5}]",
                 "dropped_links_count": 6, "status_code": "ERROR", "status_message": "no",
                """
                    + ABOVE
                    + "}"));
  }

  @Test
  void everyKindOfMetricIsARowADataPoint() throws Exception {
    Exemplar exemplar =
        Exemplar.newBuilder()
            .setTimeUnixNano(TIME)
            .setAsInt(0)
            .setTraceId(id(TRACE_ID))
            .setSpanId(id(SPAN_ID))
            .addFilteredAttributes(entry("k", "v"))
            .build();
    Metric.Builder gauge = metric("g");
    gauge
        .getGaugeBuilder()
        .addDataPoints(
            NumberDataPoint.newBuilder()
                .setTimeUnixNano(TIME)
                .setStartTimeUnixNano(TIME - 1)
                .addAttributes(entry("k", "v"))
                .setAsDouble(Double.NaN)
                .addExemplars(exemplar)
                .setFlags(1));
    Metric.Builder sum = metric("s");
    sum.getSumBuilder()
        .setIsMonotonic(true)
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
        .addDataPoints(NumberDataPoint.newBuilder().setAsInt(Long.MAX_VALUE))
        .addDataPoints(NumberDataPoint.newBuilder().setAsInt(0));
    Metric.Builder histogram = metric("h");
    histogram
        .getHistogramBuilder()
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
        .addDataPoints(
            HistogramDataPoint.newBuilder()
                .setTimeUnixNano(TIME)
                .setCount(3)
                .setSum(0)
                .setMin(-0.5)
                .setMax(1e300)
                .addBucketCounts(1)
                .addBucketCounts(-1)
                .addExplicitBounds(0.1)
                .addExplicitBounds(Double.POSITIVE_INFINITY));
    Metric.Builder exponential = metric("e");
    exponential
        .getExponentialHistogramBuilder()
        .setAggregationTemporalityValue(9)
        .addDataPoints(
            ExponentialHistogramDataPoint.newBuilder()
                .setCount(9)
                .setSum(1.5)
                .setScale(-3)
                .setZeroCount(2)
                .setZeroThreshold(1e-9)
                .setMin(1)
                .setMax(2)
                .setPositive(
                    ExponentialHistogramDataPoint.Buckets.newBuilder()
                        .setOffset(-7)
                        .addBucketCounts(300)
                        .addBucketCounts(0))
                .setNegative(
                    ExponentialHistogramDataPoint.Buckets.newBuilder().addBucketCounts(1)));
    Metric.Builder summary = metric("q");
    summary
        .getSummaryBuilder()
        .addDataPoints(
            SummaryDataPoint.newBuilder()
                .setCount(2)
                .setSum(3.5)
                .addQuantileValues(
                    SummaryDataPoint.ValueAtQuantile.newBuilder()
                        .setQuantile(0.5)
                        .setValue(Double.NEGATIVE_INFINITY)));

    List<ObjectNode> rows =
        Records.read(
                Signal.METRICS,
                metrics(
                    gauge.build(),
                    sum.build(),
                    histogram.build(),
                    exponential.build(),
                    summary.build()))
            .rows();

    List<JsonNode> found = new ArrayList<>();
    for (ObjectNode row : rows) {
      JsonNode above = json("{" + ABOVE + "}");
      assertThat(above.properties())
          .allSatisfy(field -> assertThat(row.get(field.getKey())).isEqualTo(field.getValue()));
      assertThat(row.remove("description").textValue()).isEqualTo("what");
      assertThat(row.remove("unit").textValue()).isEqualTo("1");
      assertThat(row.remove("metadata").textValue()).isEqualTo("{\"m\":true}");
      above.fieldNames().forEachRemaining(row::remove);
      found.add(json(row));
    }
    assertThat(found)
        .containsExactly(
            json(
                """
                {"name": "g", "type": "gauge", "timestamp": "2018-12-13T14:51:00.300Z",
                 "time_unix_nano": 1544712660300000123, "start_time_unix_nano": 1544712660300000122,
                 "attributes": "{\\"k\\":\\"v\\"}", "as_double": "NaN", "flags": 1,
                 "exemplars": "[{\\"filtered_attributes\\":{\\"k\\":\\"v\\"},\
                \\"time_unix_nano\\":1544712660300000123,\\"as_int\\":0,\
                \\"span_id\\":\\"eee19b7ec3c1b174\\",\
                \\"trace_id\\":\\"5b8efff798038103d269b633813fc60c\\"}]"}"""),
            json(
                """
                {"name": "s", "type": "sum", "is_monotonic": true, "flags": 0,
                 "aggregation_temporality": "CUMULATIVE", "as_int": 9223372036854775807}"""),
            json(
                """
                {"name": "s", "type": "sum", "is_monotonic": true, "flags": 0,
                 "aggregation_temporality": "CUMULATIVE", "as_int": 0}"""),
            json(
                """
                {"name": "h", "type": "histogram", "aggregation_temporality": "DELTA", "flags": 0,
                 "timestamp": "2018-12-13T14:51:00.300Z", "time_unix_nano": 1544712660300000123,
                 "count": 3, "sum": 0.0, "min": -0.5, "max": 1e300,
                 "bucket_counts": [1, 18446744073709551615],
                 "explicit_bounds": [0.1, "Infinity"]}"""),
            json(
                """
                {"name": "e", "type": "exponential_histogram", "aggregation_temporality": "9",
                 "flags": 0, "count": 9, "sum": 1.5, "scale": -3, "zero_count": 2,
                 "zero_threshold": 1e-9, "min": 1.0, "max": 2.0, "positive_offset": -7,
                 "positive_bucket_counts": [300, 0], "negative_offset": 0,
                 "negative_bucket_counts": [1]}"""),
            json(
                """
                {"name": "q", "type": "summary", "flags": 0, "count": 2, "sum": 3.5,
                 "quantile_values": "[{\\"quantile\\":0.5,\\"value\\":{\\"doubleValue\\":\
                \\"-Infinity\\"}}]"}"""));
  }

  /** Of a later version of the protocol, too: a field that is new there fails this. */
  @Test
  void noFieldOfAnyMessageIsWithoutAColumn() {
    Set<String> logs = names(LogRecord.getDescriptor(), "");
    logs.addAll(Set.of("timestamp", "body_type"));
    assertThat(Columns.names(Signal.LOGS)).containsExactlyInAnyOrderElementsOf(withAbove(logs));
    Set<String> traces = names(Span.getDescriptor(), "");
    traces.add("timestamp");
    assertThat(Columns.names(Signal.TRACES)).containsExactlyInAnyOrderElementsOf(withAbove(traces));
    Set<String> metrics = new TreeSet<>(Set.of("timestamp", "type"));
    for (FieldDescriptor field : Metric.getDescriptor().getFields()) {
      if (!Envelope.METRIC_TYPES.containsKey(field.getNumber())) {
        metrics.add(field.getName());
        continue;
      }
      for (FieldDescriptor data : field.getMessageType().getFields()) {
        if (data.getNumber() == Envelope.DATA_POINTS) {
          metrics.addAll(names(data.getMessageType(), ""));
        } else {
          metrics.add(data.getName());
        }
      }
    }
    assertThat(Columns.names(Signal.METRICS))
        .containsExactlyInAnyOrderElementsOf(withAbove(metrics));
  }

  private static Set<String> withAbove(Set<String> names) {
    names.addAll(names(Resource.getDescriptor(), "resource_"));
    names.addAll(names(InstrumentationScope.getDescriptor(), "scope_"));
    names.addAll(Set.of("resource_schema_url", "scope_schema_url", "_rescued"));
    return names;
  }

  private static Set<String> names(Descriptor type, String prefix) {
    Set<String> names = new TreeSet<>();
    for (FieldDescriptor field : type.getFields()) {
      boolean nested =
          !field.isRepeated()
              && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              && !field.getMessageType().equals(AnyValue.getDescriptor());
      if (nested) {
        names.addAll(names(field.getMessageType(), prefix + field.getName() + "_"));
      } else {
        names.add(prefix + field.getName());
      }
    }
    return names;
  }

  @Test
  void attributesAreOneObjectFromWhichEveryValueCanBeToldExactly() throws Exception {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .addAttributes(entry("text", "\u20ac\"\n\0"))
            .addAttributes(entry("whole", Records.whole(Long.MAX_VALUE)))
            .addAttributes(entry("double", Records.number(1)))
            .addAttributes(entry("tiny", Records.number(Double.MIN_VALUE)))
            .addAttributes(entry("zero", Records.number(-0.0)))
            .addAttributes(entry("nan", Records.number(Double.NaN)))
            .addAttributes(entry("bytes", Records.bytes(1, 255)))
            .addAttributes(entry("none", AnyValue.getDefaultInstance()))
            .addAttributes(entry("array", Records.array(text("a"), Records.array())))
            .addAttributes(entry("list", Records.list(entry("x", "y"), entry("", "z"))))
            .addAttributes(entry("same", "first"))
            .addAttributes(entry("same", "second"))
            .addAttributes(entry("bytesValue", Records.list(entry("bytesValue", "AQ=="))));

    String attributes =
        Records.read(Signal.LOGS, logs(record.build())).rows().get(0).get("attributes").textValue();

    assertThat(attributes)
        .isEqualTo(
            "{\"text\":\"\u20ac\\\"\\n\\u0000\",\"whole\":9223372036854775807,\"double\":1.0,"
                + "\"tiny\":4.9E-324,\"zero\":-0.0,\"nan\":{\"doubleValue\":\"NaN\"},"
                + "\"bytes\":{\"bytesValue\":\"Af8=\"},\"none\":null,\"array\":[\"a\",[]],"
                + "\"list\":{\"x\":\"y\",\"\":\"z\"},\"same\":\"first\",\"same\":\"second\","
                + "\"bytesValue\":{\"kvlistValue\":{\"bytesValue\":\"AQ==\"}}}");
  }

  @Test
  void aBodyIsATextAsItIsAndSaysOfWhichKindItWas() throws Exception {
    List<ObjectNode> rows =
        Records.read(
                Signal.LOGS,
                logs(
                    body(text("5")),
                    body(Records.whole(5)),
                    body(Records.number(5)),
                    body(Records.list(entry("a", "b"))),
                    body(Records.array(Records.whole(1))),
                    body(Records.bytes(1, 2)),
                    body(AnyValue.newBuilder().setBoolValue(false).build()),
                    body(AnyValue.getDefaultInstance())))
            .rows();

    assertThat(rows)
        .extracting(row -> row.path("body").asText("-") + " " + row.path("body_type").asText("-"))
        .containsExactly(
            "5 string",
            "5 int",
            "5.0 double",
            "{\"a\":\"b\"} kvlist",
            "[1] array",
            "AQI= bytes",
            "false bool",
            "- -");
  }
}
