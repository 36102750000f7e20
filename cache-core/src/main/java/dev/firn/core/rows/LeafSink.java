package dev.firn.core.rows;

import dev.firn.core.parquet.FlatColumn;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;

/** Takes the entries of one leaf column of one row group. */
abstract class LeafSink {
  private long values;
  private long nulls;

  /** Gives them to a writer of Parquet's. */
  static LeafSink of(ColumnWriter writer) {
    return new ToWriter(writer);
  }

  /** Gives them to a column that is not nested. */
  static LeafSink of(FlatColumn column) {
    return new ToFlatColumn(column);
  }

  /** How many entries there were, nulls included. */
  final long values() {
    return values;
  }

  final long nulls() {
    return nulls;
  }

  final void writeNull(int repetition, int definition) {
    addNull(repetition, definition);
    values++;
    nulls++;
  }

  /** Writes a value in the form that Parquet stores. */
  final void write(Object value, int repetition, int definition) {
    values++;
    add(value, repetition, definition);
  }

  abstract void addNull(int repetition, int definition);

  abstract void add(Object value, int repetition, int definition);

  private static final class ToFlatColumn extends LeafSink {
    private final FlatColumn column;

    ToFlatColumn(FlatColumn column) {
      this.column = column;
    }

    @Override
    void addNull(int repetition, int definition) {
      column.addNull();
    }

    @Override
    void add(Object value, int repetition, int definition) {
      column.add(value);
    }
  }

  private static final class ToWriter extends LeafSink {
    private final ColumnWriter writer;

    ToWriter(ColumnWriter writer) {
      this.writer = writer;
    }

    @Override
    void addNull(int repetition, int definition) {
      writer.writeNull(repetition, definition);
    }

    @Override
    void add(Object value, int repetition, int definition) {
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
}
