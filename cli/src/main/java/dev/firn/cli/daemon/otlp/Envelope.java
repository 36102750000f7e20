package dev.firn.cli.daemon.otlp;

import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.IOException;
import java.util.Map;

/**
 * Where things are in a request. The three signals number their envelopes alike: resources in the
 * request, scopes in a resource, records in a scope; in metrics data points in a metric below that.
 */
final class Envelope {
  static final int RESOURCES = 1;
  static final int RESOURCE = 1;
  static final int SCOPES = 2;
  static final int SCOPE = 1;
  static final int RECORDS = 2;
  static final int SCHEMA_URL = 3;
  static final int DATA_POINTS = 1;

  /** The kinds of data of a metric, by their fields. */
  static final Map<Integer, String> METRIC_TYPES =
      Map.of(
          Metric.GAUGE_FIELD_NUMBER, "gauge",
          Metric.SUM_FIELD_NUMBER, "sum",
          Metric.HISTOGRAM_FIELD_NUMBER, "histogram",
          Metric.EXPONENTIAL_HISTOGRAM_FIELD_NUMBER, "exponential_histogram",
          Metric.SUMMARY_FIELD_NUMBER, "summary");

  private Envelope() {}

  /** Takes messages one after the other; false to take no more. */
  @FunctionalInterface
  interface Visitor {
    boolean visit(WireMessage message) throws IOException, RefusedException, InterruptedException;
  }

  /** Visits the messages of a field; false if the visitor wanted no more. */
  static boolean each(WireMessage message, int field, Visitor visitor)
      throws IOException, RefusedException, InterruptedException {
    for (WireMessage.Reader in = message.read(); in.next(); ) {
      if (!in.isMessage(field)) {
        in.skip();
      } else if (!visitor.visit(in.message())) {
        return false;
      }
    }
    return true;
  }

  /** How many records a message of a scope's field holds: itself, or the points of a metric. */
  static RecordSizes sizes(Signal signal, WireMessage record) throws IOException {
    if (signal != Signal.METRICS) {
      return new RecordSizes(1, record.length());
    }
    long count = 0;
    int largest = 0;
    for (WireMessage.Reader in = record.read(); in.next(); ) {
      if (!METRIC_TYPES.containsKey(in.field()) || in.wireType() != WireMessage.DELIMITED) {
        in.skip();
        continue;
      }
      for (WireMessage.Reader data = in.message().read(); data.next(); ) {
        if (data.isMessage(DATA_POINTS)) {
          count++;
          largest = Math.max(largest, data.message().length());
        } else {
          data.skip();
        }
      }
    }
    return new RecordSizes(count, largest);
  }

  record RecordSizes(long count, int largestBytes) {}
}
