package dev.firn.cli.daemon.otlp;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.util.Locale;
import java.util.function.Supplier;

/** What OpenTelemetry tells apart. */
public enum Signal {
  LOGS("log records", ExportLogsServiceRequest::getDescriptor) {
    @Override
    Message answer() {
      return ExportLogsServiceResponse.getDefaultInstance();
    }

    @Override
    Message answer(long rejected, String message) {
      return ExportLogsServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportLogsPartialSuccess.newBuilder()
                  .setRejectedLogRecords(rejected)
                  .setErrorMessage(message))
          .build();
    }
  },
  TRACES("spans", ExportTraceServiceRequest::getDescriptor) {
    @Override
    Message answer() {
      return ExportTraceServiceResponse.getDefaultInstance();
    }

    @Override
    Message answer(long rejected, String message) {
      return ExportTraceServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportTracePartialSuccess.newBuilder()
                  .setRejectedSpans(rejected)
                  .setErrorMessage(message))
          .build();
    }
  },
  METRICS("data points", ExportMetricsServiceRequest::getDescriptor) {
    @Override
    Message answer() {
      return ExportMetricsServiceResponse.getDefaultInstance();
    }

    @Override
    Message answer(long rejected, String message) {
      return ExportMetricsServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportMetricsPartialSuccess.newBuilder()
                  .setRejectedDataPoints(rejected)
                  .setErrorMessage(message))
          .build();
    }
  };

  private final String records;
  private final Supplier<Descriptor> request;

  Signal(String records, Supplier<Descriptor> request) {
    this.records = records;
    this.request = request;
  }

  /** As in paths and in the ledger. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The dataset that it goes to. */
  public String dataset() {
    return "otel_" + text();
  }

  /** What one of its rows is, in the plural. */
  String records() {
    return records;
  }

  Descriptor request() {
    return request.get();
  }

  /** The answer to a request that went in. */
  abstract Message answer();

  /** The answer to a request of which some records did not go in. */
  abstract Message answer(long rejected, String message);
}
