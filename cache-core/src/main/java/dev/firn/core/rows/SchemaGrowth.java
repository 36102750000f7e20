package dev.firn.core.rows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schema that a table will have when exchanges have landed one after the other, as {@link
 * SchemaFit} has it change for each with {@link OnMismatch#RESCUE}. Rows are given one by one and
 * none is kept.
 */
public final class SchemaGrowth {
  private @Nullable Schema schema;
  private int lastColumnId;
  private SchemaFit.@Nullable Fitting exchange;

  /**
   * @param current the table's schema; null for a table that is not there yet
   * @param lastColumnId the highest field id that the table ever had; new ids are above it
   */
  public SchemaGrowth(@Nullable Schema current, int lastColumnId) {
    this.schema = current;
    this.lastColumnId = lastColumnId;
  }

  /** Takes the next row of an exchange. */
  public void add(ObjectNode row) {
    SchemaFit.Fitting fitting = exchange;
    if (fitting == null) {
      fitting = new SchemaFit.Fitting(schema);
      exchange = fitting;
    }
    fitting.add(row);
  }

  /** Ends an exchange, which had a row. */
  public void endExchange() {
    SchemaFit.Fitting fitting = exchange;
    if (fitting == null) {
      throw new IllegalStateException("an exchange has no row");
    }
    fitting.end();
    Schema grown = fitting.schema(schema, lastColumnId, fitting.needsRescue());
    lastColumnId = Math.max(lastColumnId, grown.highestFieldId());
    schema = grown;
    exchange = null;
  }

  /**
   * The schema after the exchanges that have ended.
   *
   * @throws IllegalStateException if there was neither a table nor an exchange
   */
  public Schema schema() {
    Schema grown = schema;
    if (grown == null) {
      throw new IllegalStateException("there was no exchange");
    }
    return grown;
  }
}
