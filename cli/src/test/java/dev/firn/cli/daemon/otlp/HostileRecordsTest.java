package dev.firn.cli.daemon.otlp;

import static dev.firn.cli.daemon.otlp.Records.body;
import static dev.firn.cli.daemon.otlp.Records.entry;
import static dev.firn.cli.daemon.otlp.Records.logs;
import static dev.firn.cli.daemon.otlp.Records.metric;
import static dev.firn.cli.daemon.otlp.Records.metrics;
import static dev.firn.cli.daemon.otlp.Records.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in a request that cannot be rows, and how much there may be of what can. */
class HostileRecordsTest {
  @Test
  void recordsThatCannotBeRowsAreRefusedAndThoseBesideThemAreNot() throws Exception {
    AnyValue deep = text("x");
    for (int i = 0; i < AnyValueText.MAX_DEPTH; i++) {
      deep = i % 2 == 0 ? Records.array(deep) : Records.list(entry("k", deep));
    }
    byte[] brokenInside = {(byte) (LogRecord.BODY_FIELD_NUMBER << 3 | 2), 100, 0};
    ByteString request =
        logs(
                body(text("before")),
                LogRecord.newBuilder().addAttributes(entry("deep", deep)).build(),
                body(text("after")))
            .toByteString();
    Records.Read read = Records.read(Signal.LOGS, request.toByteArray());
    assertThat(read.rows())
        .extracting(row -> row.get("body").textValue())
        .containsExactly("before", "after");
    assertThat(read.rejected()).isEqualTo(1);
    assertThat(read.problem()).isEqualTo("a value has more than 100 levels");

    Records.Read broken = Records.read(Signal.LOGS, withRecord(brokenInside));
    assertThat(broken.rejected()).isEqualTo(1);
    assertThat(broken.rows()).hasSize(1);
    byte[] notUtf8 = {(byte) (LogRecord.SEVERITY_TEXT_FIELD_NUMBER << 3 | 2), 2, 'a', (byte) 0xE4};
    Records.Read encoded = Records.read(Signal.LOGS, withRecord(notUtf8));
    assertThat(encoded.rejected()).isEqualTo(1);
    assertThat(encoded.problem()).contains("no UTF-8", "a");
    assertThat(encoded.rows()).hasSize(1);
  }

  /** A good record, and one of these bytes. */
  private static byte[] withRecord(byte[] record) {
    ByteString.Output scope = ByteString.newOutput();
    byte[] good = body(text("good")).toByteArray();
    for (byte[] bytes : List.of(good, record)) {
      scope.write(Envelope.RECORDS << 3 | 2);
      scope.write(bytes.length);
      scope.write(bytes, 0, bytes.length);
    }
    ByteString.Output resource = ByteString.newOutput();
    resource.write(Envelope.SCOPES << 3 | 2);
    resource.write(scope.size());
    resource.write(scope.toByteString().toByteArray(), 0, scope.size());
    ByteString.Output request = ByteString.newOutput();
    request.write(Envelope.RESOURCES << 3 | 2);
    request.write(resource.size());
    request.write(resource.toByteString().toByteArray(), 0, resource.size());
    return request.toByteString().toByteArray();
  }

  @Test
  void aResourceThatCannotBeReadTakesItsRecordsWithItAndNoOthers() throws Exception {
    AnyValue deep = text("x");
    for (int i = 0; i < 2 * AnyValueText.MAX_DEPTH; i++) {
      deep = Records.array(deep);
    }
    ExportLogsServiceRequest.Builder request = logs(body(text("good"))).toBuilder();
    request
        .addResourceLogsBuilder()
        .setResource(Records.service("shop").toBuilder().addAttributes(entry("deep", deep)))
        .addScopeLogsBuilder()
        .addLogRecords(body(text("1")))
        .addLogRecords(body(text("2")));

    Records.Read read = Records.read(Signal.LOGS, request.build());

    assertThat(read.rows()).hasSize(1);
    assertThat(read.rejected()).isEqualTo(2);
  }

  @Test
  void manyRecordsAreCutAtTheSamePlacesEachTime() throws Exception {
    LogRecord[] records = new LogRecord[2 * RecordReader.MOST_ROWS + 1];
    Arrays.fill(records, LogRecord.getDefaultInstance());

    assertThat(Records.read(Signal.LOGS, logs(records)).pieces())
        .extracting(List::size)
        .containsExactly(RecordReader.MOST_ROWS, RecordReader.MOST_ROWS, 1);
    LogRecord fat = body(text("x".repeat(1_500_000)));
    assertThat(Records.read(Signal.LOGS, logs(fat, fat, fat)).pieces())
        .extracting(List::size)
        .containsExactly(2, 1);
  }

  @Test
  void servicesOfARequestAreToldApartAndPutTogether() throws Exception {
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    for (String name : List.of("a", "b/c", "a", "")) {
      request
          .addResourceLogsBuilder()
          .setResource(Records.service(name))
          .addScopeLogsBuilder()
          .addLogRecords(body(text(name)));
    }
    request.addResourceLogsBuilder().addScopeLogsBuilder().addLogRecords(body(text("none")));
    request.addResourceLogsBuilder().setResource(Records.service("empty"));

    List<Outline.Part> parts =
        Outline.of(Signal.LOGS, Records.wire(request.build().toByteArray())).parts();

    assertThat(parts)
        .extracting(Outline.Part::source)
        .containsExactly("a", "b%2Fc", "unknown_service");
    assertThat(parts).extracting(Outline.Part::records).containsExactly(2L, 1L, 2L);
  }

  @ParameterizedTest
  @EnumSource
  void aRequestThatIsCutOffAnywhereIsRefusedOrAPrefixOfItself(Signal signal) throws Exception {
    byte[] whole =
        switch (signal) {
          case LOGS -> logs(body(text("one")), body(text("two"))).toByteArray();
          case TRACES -> new byte[] {10, 4, 18, 2, 18, 0};
          case METRICS -> metrics(metric("m").build()).toByteArray();
        };
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Outline.of(signal, Records.wire(cut)))
          .as("%s bytes", length)
          .isInstanceOfSatisfying(
              RefusedException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void unknownFieldsOfEveryWireTypeAreAsIfTheyWereNotThere() throws Exception {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                1000,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(1)
                    .addFixed32(2)
                    .addFixed64(3)
                    .addLengthDelimited(ByteString.copyFromUtf8("x"))
                    .build())
            .build();
    LogRecord record =
        body(text("one")).toBuilder()
            .setUnknownFields(unknown)
            .addAttributes(KeyValue.newBuilder().setKey("k").setUnknownFields(unknown))
            .build();
    ExportLogsServiceRequest request = logs(record).toBuilder().setUnknownFields(unknown).build();

    ObjectNode row = Records.read(Signal.LOGS, request).rows().get(0);
    assertThat(row.get("body").textValue()).isEqualTo("one");
    assertThat(row.get("attributes").textValue()).isEqualTo("{\"k\":null}");
  }

  @Test
  void moreBucketsThanAHistogramCanHaveAreRefused() throws Exception {
    HistogramDataPoint.Builder point = HistogramDataPoint.newBuilder();
    for (int i = 0; i <= MessageColumns.MAX_NUMBERS; i++) {
      point.addBucketCounts(i);
    }
    Metric.Builder histogram = metric("h");
    histogram
        .getHistogramBuilder()
        .addDataPoints(point)
        .addDataPoints(HistogramDataPoint.newBuilder().setCount(1));

    Records.Read read = Records.read(Signal.METRICS, metrics(histogram.build()));

    assertThat(read.rows()).hasSize(1);
    assertThat(read.problem()).isEqualTo("bucket_counts has more than 65536 numbers");
  }
}
