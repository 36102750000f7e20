package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
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

  /** True if the value, not JSON's null, has to be rescued. */
  boolean misfits(String name, JsonNode value) {
    Column column = byName.get(name);
    return column == null || !column.fit().fits(value);
  }
}
