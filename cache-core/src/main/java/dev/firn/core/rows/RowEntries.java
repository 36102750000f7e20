package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** Takes rows apart into the entries of their table's leaves, column after column. */
final class RowEntries {
  private RowEntries() {}

  /**
   * Gives each leaf its entries for these rows.
   *
   * @return how many values no column takes, and so went into the rescue column
   * @throws IllegalArgumentException if a required column is null, or there is no rescue column and
   *     one is needed
   */
  static long write(TableFit table, List<ObjectNode> rows, LeafSink[] sinks) {
    Rescue rescue = new Rescue(table, rows);
    for (TableFit.Column column : table.columns()) {
      writeColumn(column, rows, sinks, rescue);
    }
    rescue.write(sinks);
    return rescue.count;
  }

  @SuppressWarnings("ReferenceEquality")
  private static void writeColumn(
      TableFit.Column column, List<ObjectNode> rows, LeafSink[] sinks, Rescue rescue) {
    boolean optional = column.field().isOptional();
    JsonNode last = null;
    Object lastRead = null;
    for (int i = 0; i < rows.size(); i++) {
      JsonNode value = rows.get(i).get(column.field().name());
      Object read = ValueFit.Absent.VALUE;
      if (value != null && !value.isNull()) {
        if (value != last) {
          last = value;
          lastRead = column.fit().read(value);
        }
        if (lastRead == null) {
          rescue.add(i, column.field().name(), value);
        } else {
          read = lastRead;
        }
      }
      if (!optional && read == ValueFit.Absent.VALUE) {
        throw new IllegalArgumentException(
            "Row " + i + " has no value for the required column " + column.field().name());
      }
      column.fit().writeField(optional, read, sinks, column.leaf(), 0, 0, 0);
    }
  }

  /** The values of a row group that no column takes. */
  private static final class Rescue {
    private final TableFit.@Nullable Column column;
    private final @Nullable ObjectNode[] byRow;
    private long count;

    Rescue(TableFit table, List<ObjectNode> rows) {
      this.column = table.rescue();
      this.byRow = new ObjectNode[rows.size()];
      for (int i = 0; i < byRow.length; i++) {
        for (Map.Entry<String, JsonNode> field : rows.get(i).properties()) {
          if (table.find(field.getKey()) == null && !field.getValue().isNull()) {
            add(i, field.getKey(), field.getValue());
          }
        }
      }
    }

    void add(int row, String name, JsonNode value) {
      if (column == null) {
        throw new IllegalArgumentException(
            "Column " + name + " does not take " + JsonText.shortened(value) + " of row " + row);
      }
      ObjectNode values = byRow[row];
      if (values == null) {
        values = JsonNodeFactory.instance.objectNode();
        byRow[row] = values;
      }
      values.set(name, value);
      count++;
    }

    void write(LeafSink[] sinks) {
      if (column == null) {
        return;
      }
      LeafSink sink = sinks[column.leaf()];
      boolean optional = column.field().isOptional();
      for (int i = 0; i < byRow.length; i++) {
        ObjectNode values = byRow[i];
        if (values != null) {
          sink.write(Binary.fromConstantByteArray(JsonText.of(values)), 0, optional ? 1 : 0);
        } else if (optional) {
          sink.writeNull(0, 0);
        } else {
          throw new IllegalArgumentException(
              "Row " + i + " has no value for the required column " + column.field().name());
        }
      }
    }
  }
}
