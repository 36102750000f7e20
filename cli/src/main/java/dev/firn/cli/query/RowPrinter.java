package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.session.Session;
import dev.firn.core.CacheException;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowJson;
import dev.firn.core.read.RowReader;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * Prints live rows as they are read, partition by partition. Rows of a partition that turns out to
 * be damaged halfway have been printed by then; it is remembered among the unreadable ones.
 */
final class RowPrinter {
  private final Session session;
  private final List<String> columns;
  private final long limit;
  private final boolean withPartition;
  private long printed;

  /**
   * @param columns in their order; all if empty
   */
  RowPrinter(Session session, List<String> columns, long limit, boolean withPartition) {
    this.session = session;
    this.columns = List.copyOf(columns);
    this.limit = limit;
    this.withPartition = withPartition;
  }

  void print(List<Live> live, Unreadables unreadables) throws IOException {
    try (JsonGenerator json = session.rows()) {
      if (session.json()) {
        json.writeStartArray();
      }
      for (Live state : live) {
        if (printed >= limit) {
          break;
        }
        try {
          print(json, state);
        } catch (CacheException e) {
          unreadables.add(state.partition(), String.valueOf(e.getMessage()));
        }
      }
      if (session.json()) {
        json.writeEndArray();
      }
    }
    if (printed > 0 || session.json()) {
      session.print("");
    }
  }

  private void print(JsonGenerator json, Live state) throws IOException {
    Schema projection = projection(state.generation().metadata().schema());
    Types.StructType type = projection.asStruct();
    new RowReader(session.disk(), state.generation())
        .forEach(
            projection,
            row -> {
              if (withPartition) {
                json.writeStartObject();
                json.writeStringField("partition", state.partition().path());
                json.writeFieldName("row");
                RowJson.write(json, type, row);
                json.writeEndObject();
              } else {
                RowJson.write(json, type, row);
              }
              printed++;
              return printed < limit;
            });
  }

  /** The columns asked for that this partition has; rows of one that has none are empty. */
  private Schema projection(Schema schema) {
    if (columns.isEmpty()) {
      return schema;
    }
    return new Schema(
        columns.stream()
            .distinct()
            .filter(column -> schema.findField(column) != null)
            .map(column -> Objects.requireNonNull(schema.findField(column)))
            .toList());
  }
}
