package dev.firn.core.rows;

import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;

/** Takes the entries of one leaf column of one row group. */
final class LeafSink {
  private final ColumnWriter writer;
  private long values;
  private long nulls;

  LeafSink(ColumnWriter writer) {
    this.writer = writer;
  }

  /** How many entries there were, nulls included. */
  long values() {
    return values;
  }

  long nulls() {
    return nulls;
  }

  void writeNull(int repetition, int definition) {
    writer.writeNull(repetition, definition);
    values++;
    nulls++;
  }

  /** Writes a value in the form that Parquet stores. */
  void write(Object value, int repetition, int definition) {
    values++;
    if (value instanceof Binary binary) {
      writer.write(binary, repetition, definition);
    } else if (value instanceof Long number) {
      writer.write(number.longValue(), repetition, definition);
    } else if (value instanceof Integer number) {
      writer.write(number.intValue(), repetition, definition);
    } else if (value instanceof Double number) {
      writer.write(number.doubleValue(), repetition, definition);
    } else if (value instanceof Boolean flag) {
      writer.write(flag.booleanValue(), repetition, definition);
    } else if (value instanceof Float number) {
      writer.write(number.floatValue(), repetition, definition);
    } else {
      throw new AssertionError(value.getClass());
    }
  }
}
