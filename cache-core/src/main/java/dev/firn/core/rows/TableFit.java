package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** The columns of a schema, each with what fits it. */
final class TableFit {

  /**
   * @param leaf index of its first leaf in the Parquet schema
   */
  record Column(Types.NestedField field, ValueFit fit, int leaf) {}

  private final List<Column> columns = new ArrayList<>();
  private final Map<String, Column> byName = new HashMap<>();
  private final @Nullable Column rescue;
  private final int leaves;
  private final int required;

  TableFit(Schema schema) {
    String rescueName = new ColumnNames(schema.columns()).rescue();
    Column found = null;
    int leaf = 0;
    for (Types.NestedField field : schema.columns()) {
      Column column = new Column(field, ValueFit.of(field.type()), leaf);
      leaf += column.fit().leaves();
      if (field.name().equals(rescueName)) {
        found = column;
      } else {
        columns.add(column);
        byName.put(field.name(), column);
      }
    }
    this.rescue = found;
    this.leaves = leaf;
    this.required = (int) schema.columns().stream().filter(Types.NestedField::isRequired).count();
  }

  /** All columns but the rescue column. */
  List<Column> columns() {
    return columns;
  }

  @Nullable Column rescue() {
    return rescue;
  }

  /** The column that values of this name may go to. */
  @Nullable Column find(String name) {
    return byName.get(name);
  }

  int leaves() {
    return leaves;
  }

  /**
   * True if every value goes into a column that there is, and every required column has one on each
   * row: then the schema stays as it is and nothing is rescued ({@link SchemaFit} would say the
   * same and takes longer).
   */
  @SuppressWarnings("ReferenceEquality")
  boolean takes(List<ObjectNode> rows) {
    JsonNode[] lastFitting = new JsonNode[leaves + 1];
    for (ObjectNode row : rows) {
      int present = 0;
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        JsonNode value = field.getValue();
        if (value.isNull()) {
          continue;
        }
        Column column = byName.get(field.getKey());
        if (column == null) {
          return false;
        }
        if (value != lastFitting[column.leaf()]) {
          if (!column.fit().fits(value)) {
            return false;
          }
          lastFitting[column.leaf()] = value;
        }
        present += column.field().isRequired() ? 1 : 0;
      }
      if (present < required) {
        return false;
      }
    }
    return !columns.isEmpty();
  }

  /** True if the value, not JSON's null, has to be rescued. */
  boolean misfits(String name, JsonNode value) {
    Column column = byName.get(name);
    return column == null || !column.fit().fits(value);
  }
}
