package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.session.Session;
import dev.firn.core.layout.Partition;
import dev.firn.core.read.RowJson;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** Prints rows as they come: one a line, or with {@code --json} the elements of one array. */
final class RowPrinter implements RowSelection.HeldTarget, Closeable {
  private final Session session;
  private final long limit;
  private final boolean withPartition;
  private final BooleanSupplier stopped;
  private final JsonGenerator json;
  private long printed;

  /**
   * @param limit takes no more rows than this
   * @param withPartition wraps each row together with its partition's path
   * @param stopped true when no more rows are to be printed
   */
  RowPrinter(Session session, long limit, boolean withPartition, BooleanSupplier stopped)
      throws IOException {
    this.session = session;
    this.limit = limit;
    this.withPartition = withPartition;
    this.stopped = stopped;
    this.json = session.rows();
    if (session.json()) {
      json.writeStartArray();
    }
  }

  /** True if no more rows are taken. */
  boolean isFull() {
    return printed >= limit || stopped.getAsBoolean();
  }

  @Override
  public boolean accept(Partition partition, Types.StructType type, Record row) throws IOException {
    return print(partition, () -> RowJson.write(json, type, row));
  }

  @Override
  public boolean acceptHeld(Partition partition, ObjectNode row) throws IOException {
    return print(partition, () -> json.writeRawValue(row.toString()));
  }

  private interface Writing {
    void run() throws IOException;
  }

  private boolean print(Partition partition, Writing row) throws IOException {
    if (isFull()) {
      return false;
    }
    if (withPartition) {
      json.writeStartObject();
      json.writeStringField("partition", partition.path());
      json.writeFieldName("row");
      row.run();
      json.writeEndObject();
    } else {
      row.run();
    }
    if (!session.json()) {
      json.writeRaw('\n');
    }
    printed++;
    return !isFull();
  }

  /** Gives what was printed to whoever reads it. */
  void flush() throws IOException {
    json.flush();
    session.out().flush();
  }

  @Override
  public void close() throws IOException {
    if (session.json()) {
      json.writeEndArray();
    }
    json.close();
    if (session.json()) {
      session.print("");
    }
  }
}
