package dev.firn.cli.daemon.otlp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * The columns of each signal, the same for every source and for ever, whatever comes first: fields
 * under their names in OTLP, those of the resource and the scope behind {@code resource_} and
 * {@code scope_}, and {@code timestamp}, which retention goes by. New ones go to the end.
 */
public final class Columns {
  static final String TIMESTAMP = "timestamp";

  private static final Type TEXT = Types.StringType.get();
  private static final Type LONG = Types.LongType.get();
  private static final Type INT = Types.IntegerType.get();
  private static final Type DOUBLE = Types.DoubleType.get();

  private static final Map<Signal, Schema> SCHEMAS =
      Map.of(Signal.LOGS, logs(), Signal.TRACES, traces(), Signal.METRICS, metrics());

  private final Map<String, Type> types = new LinkedHashMap<>();

  private Columns() {
    types.put(TIMESTAMP, Types.TimestampType.withZone());
  }

  /** Of a new partition of a signal. */
  public static Schema of(Signal signal) {
    Schema schema = SCHEMAS.get(signal);
    if (schema == null) {
      throw new AssertionError(signal);
    }
    return schema;
  }

  /** By dataset. */
  public static Map<String, Schema> byDataset() {
    Map<String, Schema> schemas = new LinkedHashMap<>();
    for (Signal signal : Signal.values()) {
      schemas.put(signal.dataset(), of(signal));
    }
    return schemas;
  }

  static Set<String> names(Signal signal) {
    Set<String> names = new LinkedHashSet<>();
    of(signal).columns().forEach(column -> names.add(column.name()));
    return names;
  }

  private static Schema logs() {
    return new Columns()
        .add(LONG, "time_unix_nano", "observed_time_unix_nano")
        .add(INT, "severity_number")
        .add(TEXT, "severity_text", "body", "body_type", "event_name", "attributes")
        .add(LONG, "dropped_attributes_count", "flags")
        .add(TEXT, "trace_id", "span_id")
        .schema();
  }

  private static Schema traces() {
    return new Columns()
        .add(LONG, "start_time_unix_nano", "end_time_unix_nano")
        .add(TEXT, "trace_id", "span_id", "parent_span_id", "trace_state", "name", "kind")
        .add(TEXT, "status_code", "status_message", "attributes")
        .add(LONG, "dropped_attributes_count")
        .add(TEXT, "events")
        .add(LONG, "dropped_events_count")
        .add(TEXT, "links")
        .add(LONG, "dropped_links_count", "flags")
        .schema();
  }

  private static Schema metrics() {
    return new Columns()
        .add(LONG, "time_unix_nano", "start_time_unix_nano")
        .add(TEXT, "name", "description", "unit", "type", "aggregation_temporality")
        .add(Types.BooleanType.get(), "is_monotonic")
        .add(TEXT, "attributes")
        .add(LONG, "flags")
        .add(DOUBLE, "as_double")
        .add(LONG, "as_int", "count")
        .add(DOUBLE, "sum", "min", "max", "explicit_bounds[]")
        .add(LONG, "bucket_counts[]")
        .add(INT, "scale")
        .add(LONG, "zero_count")
        .add(DOUBLE, "zero_threshold")
        .add(INT, "positive_offset")
        .add(LONG, "positive_bucket_counts[]")
        .add(INT, "negative_offset")
        .add(LONG, "negative_bucket_counts[]")
        .add(TEXT, "quantile_values", "exemplars", "metadata")
        .schema();
  }

  /** Names that end in brackets are lists. */
  private Columns add(Type type, String... names) {
    for (String name : names) {
      types.put(name, type);
    }
    return this;
  }

  private Schema schema() {
    add(TEXT, "resource_attributes");
    add(LONG, "resource_dropped_attributes_count");
    add(TEXT, "resource_entity_refs", "resource_schema_url");
    add(TEXT, "scope_name", "scope_version", "scope_attributes");
    add(LONG, "scope_dropped_attributes_count");
    add(TEXT, "scope_schema_url", "_rescued");
    List<Types.NestedField> fields = new ArrayList<>();
    int id = 0;
    int elementId = types.size();
    for (Map.Entry<String, Type> column : types.entrySet()) {
      String name = column.getKey();
      boolean list = name.endsWith("[]");
      fields.add(
          Types.NestedField.optional(
              ++id,
              list ? name.substring(0, name.length() - 2) : name,
              list
                  ? Types.ListType.ofOptional(++elementId, column.getValue())
                  : column.getValue()));
    }
    return new Schema(fields);
  }
}
