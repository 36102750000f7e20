package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
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
    private final @Nullable ObjectNode[] before; // what was rescued before, in another table
    private long count;

    Rescue(TableFit table, List<ObjectNode> rows) {
      this.column = table.rescue();
      this.byRow = new ObjectNode[rows.size()];
      this.before = new ObjectNode[rows.size()];
      String rescueName = column == null ? "" : column.field().name();
      for (int i = 0; i < byRow.length; i++) {
        for (Map.Entry<String, JsonNode> field : rows.get(i).properties()) {
          String name = field.getKey();
          JsonNode value = field.getValue();
          if (table.find(name) == null && !value.isNull()) {
            ObjectNode values = name.equals(rescueName) ? RescuedText.parse(value) : null;
            if (values == null) {
              add(i, name, value);
            } else {
              before[i] = values;
              count += values.size();
            }
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
        ObjectNode values = values(i, column.field().name());
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

    /** Those from before and those of now, if none has the name of another. */
    private @Nullable ObjectNode values(int row, String rescueName) {
      ObjectNode now = byRow[row];
      ObjectNode then = before[row];
      if (now == null || then == null) {
        return now == null ? then : now;
      }
      for (Map.Entry<String, JsonNode> field : now.properties()) {
        if (then.has(field.getKey())) {
          byte[] text = JsonText.of(then);
          return now.put(rescueName, new String(text, StandardCharsets.UTF_8));
        }
      }
      return then.deepCopy().setAll(now);
    }
  }
}
