package dev.firn.cli.daemon.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bodies of four million bytes that are cut into as many messages as can be, or as few, are made
 * rows of in a heap of 64 MB: in Protocol Buffers' own objects the empty records alone would take
 * four times that.
 */
class OtlpMemoryTest {
  private static final int BYTES = 4_000_000;

  @ParameterizedTest
  @ValueSource(strings = {"EMPTY_RECORDS", "ATTRIBUTES", "BUCKETS", "ONE_TEXT"})
  void rowsAreMadeInBoundedMemory(String shape) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                OtlpMemoryTest.class.getName(),
                shape)
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).contains("rows");
  }

  /** The child. */
  public static void main(String[] arguments) throws Exception {
    Signal signal = arguments[0].equals("BUCKETS") ? Signal.METRICS : Signal.LOGS;
    byte[] request = request(arguments[0]);
    long[] rows = {0};
    for (Outline.Part part : Outline.of(signal, Records.wire(request)).parts()) {
      RecordReader reader =
          new RecordReader(
              signal,
              (made, bytes) -> {
                rows[0] += made.size();
                return true;
              });
      reader.read(part);
      rows[0] += reader.rejected();
    }
    if (rows[0] == 0) {
      throw new AssertionError("nothing was read");
    }
    System.out.println(rows[0] + " rows");
  }

  private static byte[] request(String shape) throws Exception {
    return switch (shape) {
      case "EMPTY_RECORDS" -> inScope(repeated(Envelope.RECORDS, BYTES / 2));
      case "ATTRIBUTES" -> {
        byte[] record = repeated(LogRecord.ATTRIBUTES_FIELD_NUMBER, BYTES / 2);
        yield inScope(message(Envelope.RECORDS, record));
      }
      case "ONE_TEXT" -> {
        LogRecord record =
            LogRecord.newBuilder()
                .setBody(Records.text("\u20ac".repeat(BYTES / 3)))
                .addAttributes(Records.entry("quotes", "\"".repeat(BYTES / 8)))
                .build();
        yield inScope(message(Envelope.RECORDS, record.toByteArray()));
      }
      default -> {
        ExponentialHistogramDataPoint point =
            ExponentialHistogramDataPoint.newBuilder()
                .setPositive(
                    ExponentialHistogramDataPoint.Buckets.parseFrom(message(2, ones(60_000))))
                .build();
        ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
        ExponentialHistogram.Builder points =
            request
                .addResourceMetricsBuilder()
                .addScopeMetricsBuilder()
                .addMetricsBuilder()
                .getExponentialHistogramBuilder();
        for (int i = 0; i < BYTES / 60_000; i++) {
          points.addDataPoints(point);
        }
        yield request.build().toByteArray();
      }
    };
  }

  private static byte[] ones(int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) 99);
    return bytes;
  }

  /** So many empty messages. */
  private static byte[] repeated(int field, int count) {
    byte[] bytes = new byte[2 * count];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = (byte) (field << 3 | WireMessage.DELIMITED);
    }
    return bytes;
  }

  private static byte[] inScope(byte[] records) throws Exception {
    return message(Envelope.RESOURCES, message(Envelope.SCOPES, records));
  }

  private static byte[] message(int field, byte[] content) throws Exception {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(field, content);
    out.flush();
    return bytes.toByteString().toByteArray();
  }
}
