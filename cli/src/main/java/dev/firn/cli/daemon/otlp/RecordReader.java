package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.Descriptor;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of the records of one service, a bounded number at a time: {@value #MOST_ROWS}, or
 * what 2 MiB of a request hold, a number in a list counted as {@value #NUMBER_BYTES} bytes more, or
 * one record. The same request is always cut at the same places. All rows below a resource share
 * its values.
 */
final class RecordReader {
  static final int MOST_ROWS = 10_000;
  private static final int MOST_BYTES = 2 << 20;
  private static final int ROW_BYTES = 2048;
  private static final int TEXT_FACTOR = 8;
  private static final int NUMBER_BYTES = 16;
  private static final int NUMBERS_FACTOR = 4;
  private static final long NANOS = 1_000_000_000L;
  private static final JsonNode ZERO = IntNode.valueOf(0);
  private static final JsonNode NO_KIND = TextNode.valueOf("UNSPECIFIED");

  /** What zero means, where a record does not say it because zero goes without saying. */
  private static final Map<String, Map<String, JsonNode>> DEFAULTS =
      Map.of(
          "logs", Map.of("dropped_attributes_count", ZERO, "flags", ZERO),
          "traces",
              Map.of(
                  "dropped_attributes_count", ZERO,
                  "dropped_events_count", ZERO,
                  "dropped_links_count", ZERO,
                  "flags", ZERO,
                  "kind", NO_KIND,
                  "status_code", TextNode.valueOf("UNSET")),
          "gauge", Map.of("flags", ZERO),
          "sum",
              Map.of(
                  "flags", ZERO,
                  "is_monotonic", BooleanNode.FALSE,
                  "aggregation_temporality", NO_KIND),
          "histogram", Map.of("flags", ZERO, "count", ZERO, "aggregation_temporality", NO_KIND),
          "exponential_histogram",
              Map.of(
                  "flags", ZERO,
                  "count", ZERO,
                  "scale", ZERO,
                  "zero_count", ZERO,
                  "zero_threshold", DoubleNode.valueOf(0),
                  "aggregation_temporality", NO_KIND),
          "summary", Map.of("flags", ZERO, "count", ZERO, "sum", DoubleNode.valueOf(0)));

  private static final Map<Signal, RecordColumns> COLUMNS = new HashMap<>();

  static {
    for (Signal signal : Signal.values()) {
      COLUMNS.put(signal, new RecordColumns(signal));
    }
  }

  /** Where the messages of a signal go to; those of metrics by the field of their data. */
  private static final class RecordColumns {
    final MessageColumns resource;
    final MessageColumns scope;
    final MessageColumns record;
    final Map<Integer, MessageColumns> data = new HashMap<>();
    final Map<Integer, MessageColumns> points = new HashMap<>();

    RecordColumns(Signal signal) {
      Set<String> names = Columns.names(signal);
      resource = MessageColumns.of(Resource.getDescriptor(), "resource_", names);
      scope = MessageColumns.of(InstrumentationScope.getDescriptor(), "scope_", names);
      if (signal != Signal.METRICS) {
        record =
            MessageColumns.of(
                signal == Signal.LOGS ? LogRecord.getDescriptor() : Span.getDescriptor(),
                "",
                names);
        return;
      }
      record =
          MessageColumns.of(
              Metric.getDescriptor(), "", Set.of("name", "description", "unit", "metadata"));
      for (int field : Envelope.METRIC_TYPES.keySet()) {
        Descriptor type = Metric.getDescriptor().findFieldByNumber(field).getMessageType();
        data.put(
            field, MessageColumns.of(type, "", Set.of("aggregation_temporality", "is_monotonic")));
        points.put(
            field,
            MessageColumns.of(
                type.findFieldByNumber(Envelope.DATA_POINTS).getMessageType(), "", names));
      }
    }
  }

  /** Takes rows to where they land. */
  @FunctionalInterface
  interface Sink {
    /**
     * @param bytes of the request that they came from
     * @return false to get no more
     */
    boolean land(List<ObjectNode> rows, long bytes);
  }

  private final Signal signal;
  private final RecordColumns columns;
  private final Sink sink;
  private List<ObjectNode> rows = new ArrayList<>();
  private long bytes;
  private long rejected;
  private @Nullable String firstProblem;

  RecordReader(Signal signal, Sink sink) {
    RecordColumns found = COLUMNS.get(signal);
    if (found == null) {
      throw new AssertionError(signal);
    }
    this.signal = signal;
    this.columns = found;
    this.sink = sink;
  }

  /**
   * What the rows take in memory that are made of a part at a time, by an estimate: 2 KB a row, and
   * eight times their bytes, because a quotation mark becomes two characters of two bytes each when
   * a text has others beyond Latin, twice while it grows; of metrics four times that, because a
   * number of a byte becomes an object, but not more than what ends a piece.
   */
  static long estimateBytes(Signal signal, Outline.Part part) {
    long numbers = signal == Signal.METRICS ? NUMBERS_FACTOR : 1;
    long read = Math.min(numbers * part.bytes(), MOST_BYTES + numbers * part.largestRecordBytes());
    return ROW_BYTES * Math.min(part.records(), MOST_ROWS) + TEXT_FACTOR * read;
  }

  /** Records that cannot be rows. */
  long rejected() {
    return rejected;
  }

  /** Why the first of them cannot; null if all can. */
  @Nullable String firstProblem() {
    return firstProblem;
  }

  /** Reads all; the sink has got all rows when this returns, or wanted no more. */
  void read(Outline.Part part) throws InterruptedException {
    try {
      for (WireMessage resource : part.resources()) {
        if (!readResource(resource)) {
          return;
        }
      }
      flush();
    } catch (IOException | RefusedException e) {
      throw new AssertionError("walked once and not again", e);
    }
  }

  private boolean readResource(WireMessage message)
      throws IOException, RefusedException, InterruptedException {
    ObjectNode row = MessageColumns.newRow();
    @Nullable String problem =
        fill(
            row,
            message,
            Envelope.RESOURCE,
            columns.resource,
            "resource_dropped_attributes_count",
            "resource_schema_url");
    return Envelope.each(message, Envelope.SCOPES, scope -> readScope(scope, row, problem));
  }

  private boolean readScope(WireMessage message, ObjectNode above, @Nullable String problemAbove)
      throws IOException, RefusedException, InterruptedException {
    ObjectNode row = MessageColumns.newRow();
    row.setAll(above);
    @Nullable String found =
        fill(
            row,
            message,
            Envelope.SCOPE,
            columns.scope,
            "scope_dropped_attributes_count",
            "scope_schema_url");
    @Nullable String problem = problemAbove == null ? found : problemAbove;
    return Envelope.each(
        message,
        Envelope.RECORDS,
        record -> {
          if (problem != null) {
            reject(Envelope.sizes(signal, record).count(), problem);
            return true;
          }
          return signal == Signal.METRICS ? readMetric(record, row) : readRecord(record, row);
        });
  }

  /** Fills the columns of a resource or a scope; what is wrong with it, if something is. */
  private static @Nullable String fill(
      ObjectNode row,
      WireMessage message,
      int field,
      MessageColumns into,
      String droppedCount,
      String schemaUrl)
      throws IOException {
    row.set(droppedCount, ZERO);
    for (WireMessage.Reader in = message.read(); in.next(); ) {
      try {
        if (in.isMessage(field)) {
          into.fill(in.message(), row);
        } else if (in.isMessage(Envelope.SCHEMA_URL)) {
          String url = in.text();
          if (!url.isEmpty()) {
            row.put(schemaUrl, url);
          }
        } else {
          in.skip();
        }
      } catch (UnfitException e) {
        return String.valueOf(e.getMessage());
      } catch (IOException e) {
        return "it cannot be read: " + e.getMessage();
      }
    }
    return null;
  }

  private boolean readRecord(WireMessage record, ObjectNode above) {
    ObjectNode row = MessageColumns.newRow();
    try {
      columns.record.fill(record, row);
    } catch (IOException e) {
      reject(1, String.valueOf(e.getMessage()));
      return true;
    }
    row.setAll(above);
    return add(row, signal.text(), record.length());
  }

  private boolean readMetric(WireMessage metric, ObjectNode above)
      throws IOException, RefusedException, InterruptedException {
    ObjectNode row = MessageColumns.newRow();
    row.setAll(above);
    try {
      columns.record.fill(metric, row);
    } catch (IOException e) {
      reject(Envelope.sizes(signal, metric).count(), String.valueOf(e.getMessage()));
      return true;
    }
    for (WireMessage.Reader in = metric.read(); in.next(); ) {
      String type = Envelope.METRIC_TYPES.get(in.field());
      MessageColumns data = columns.data.get(in.field());
      MessageColumns point = columns.points.get(in.field());
      if (type == null || data == null || point == null || in.wireType() != WireMessage.DELIMITED) {
        in.skip();
        continue;
      }
      WireMessage message = in.message();
      ObjectNode typed = MessageColumns.newRow();
      typed.setAll(row);
      typed.put("type", type);
      data.fill(message, typed);
      if (!Envelope.each(
          message, Envelope.DATA_POINTS, found -> readPoint(found, point, typed, type))) {
        return false;
      }
    }
    return true;
  }

  private boolean readPoint(
      WireMessage message, MessageColumns into, ObjectNode above, String type) {
    ObjectNode row = MessageColumns.newRow();
    try {
      into.fill(message, row);
    } catch (IOException e) {
      reject(1, String.valueOf(e.getMessage()));
      return true;
    }
    for (String side : List.of("positive", "negative")) {
      if (row.has(side + "_bucket_counts") && !row.has(side + "_offset")) {
        row.set(side + "_offset", ZERO);
      }
    }
    int numbers = 0;
    for (JsonNode value : row) {
      numbers += value.isArray() ? value.size() : 0;
    }
    row.setAll(above);
    return add(row, type, (long) message.length() + NUMBER_BYTES * (long) numbers);
  }

  private boolean add(ObjectNode row, String kind, long length) {
    DEFAULTS
        .getOrDefault(kind, Map.of())
        .forEach(
            (column, value) -> {
              if (!row.has(column)) {
                row.set(column, value);
              }
            });
    setTimestamp(row);
    rows.add(row);
    bytes += length;
    return (rows.size() < MOST_ROWS && bytes < MOST_BYTES) || flush();
  }

  private boolean flush() {
    if (rows.isEmpty()) {
      return true;
    }
    List<ObjectNode> full = rows;
    long fullBytes = bytes;
    rows = new ArrayList<>();
    bytes = 0;
    return sink.land(full, fullBytes);
  }

  private void reject(long count, String problem) {
    rejected += count;
    if (firstProblem == null && count > 0) {
      firstProblem = problem;
    }
  }

  /** When it happened; for a log record whose clock said nothing, when it was seen. */
  private void setTimestamp(ObjectNode row) {
    JsonNode nanos =
        switch (signal) {
          case LOGS ->
              row.has("time_unix_nano")
                  ? row.get("time_unix_nano")
                  : row.get("observed_time_unix_nano");
          case TRACES -> row.get("start_time_unix_nano");
          case METRICS -> row.get("time_unix_nano");
        };
    if (nanos != null && nanos.canConvertToLong()) {
      long time = nanos.longValue();
      Instant instant = Instant.ofEpochSecond(time / NANOS, time % NANOS);
      row.put(Columns.TIMESTAMP, instant.truncatedTo(ChronoUnit.MICROS).toString());
    }
  }
}
