package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Messages of OpenTelemetry for tests, and the rows that become of them. */
final class Records {
  static final String TRACE_ID = "5b8efff798038103d269b633813fc60c";
  static final String SPAN_ID = "eee19b7ec3c1b174";
  static final long TIME = 1_544_712_660_300_000_123L;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** In pieces, with what was refused. */
  record Read(List<List<ObjectNode>> pieces, long rejected, String problem) {
    List<ObjectNode> rows() {
      return pieces.stream().flatMap(List::stream).toList();
    }
  }

  private Records() {}

  static WireMessage wire(byte[] bytes) {
    return new WireMessage(bytes, 0, bytes.length);
  }

  static Read read(Signal signal, Message request) throws Exception {
    return read(signal, request.toByteArray());
  }

  static Read read(Signal signal, byte[] request) throws Exception {
    List<List<ObjectNode>> pieces = new ArrayList<>();
    long rejected = 0;
    String problem = "";
    for (Outline.Part part : Outline.of(signal, wire(request)).parts()) {
      RecordReader reader = new RecordReader(signal, (rows, bytes) -> pieces.add(rows));
      reader.read(part);
      rejected += reader.rejected();
      problem += reader.firstProblem() == null ? "" : reader.firstProblem();
    }
    return new Read(pieces, rejected, problem);
  }

  static JsonNode json(Object text) throws Exception {
    return JSON.readTree(text.toString());
  }

  static ByteString id(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  static AnyValue whole(long number) {
    return AnyValue.newBuilder().setIntValue(number).build();
  }

  static AnyValue number(double number) {
    return AnyValue.newBuilder().setDoubleValue(number).build();
  }

  static AnyValue bytes(int... bytes) {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    return AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(content)).build();
  }

  static AnyValue array(AnyValue... values) {
    return AnyValue.newBuilder()
        .setArrayValue(ArrayValue.newBuilder().addAllValues(List.of(values)))
        .build();
  }

  static AnyValue list(KeyValue... entries) {
    return AnyValue.newBuilder()
        .setKvlistValue(KeyValueList.newBuilder().addAllValues(List.of(entries)))
        .build();
  }

  static KeyValue entry(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  static KeyValue entry(String key, String value) {
    return entry(key, text(value));
  }

  static Resource service(String name) {
    return Resource.newBuilder()
        .addAttributes(entry("host.name", "one"))
        .addAttributes(entry("service.name", name))
        .build();
  }

  static InstrumentationScope scope() {
    return InstrumentationScope.newBuilder()
        .setName("my.library")
        .setVersion("1.0.0")
        .addAttributes(entry("a", "b"))
        .setDroppedAttributesCount(4)
        .build();
  }

  static Resource resource() {
    return Records.service("shop").toBuilder()
        .setDroppedAttributesCount(3)
        .addEntityRefs(
            EntityRef.newBuilder()
                .setSchemaUrl("https://e")
                .setType("service")
                .addIdKeys("service.name")
                .addIdKeys("x")
                .addDescriptionKeys("y"))
        .build();
  }

  static ExportLogsServiceRequest logs(LogRecord... records) {
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .setResource(resource())
                .setSchemaUrl("https://r")
                .addScopeLogs(
                    ScopeLogs.newBuilder()
                        .setScope(Records.scope())
                        .setSchemaUrl("https://s")
                        .addAllLogRecords(List.of(records))))
        .build();
  }

  static ExportMetricsServiceRequest metrics(Metric... metrics) {
    return ExportMetricsServiceRequest.newBuilder()
        .addResourceMetrics(
            ResourceMetrics.newBuilder()
                .setResource(resource())
                .setSchemaUrl("https://r")
                .addScopeMetrics(
                    ScopeMetrics.newBuilder()
                        .setScope(Records.scope())
                        .setSchemaUrl("https://s")
                        .addAllMetrics(List.of(metrics))))
        .build();
  }

  static LogRecord body(AnyValue value) {
    return LogRecord.newBuilder().setBody(value).build();
  }

  static Metric.Builder metric(String name) {
    return Metric.newBuilder()
        .setName(name)
        .setDescription("what")
        .setUnit("1")
        .addMetadata(entry("m", AnyValue.newBuilder().setBoolValue(true).build()));
  }
}
