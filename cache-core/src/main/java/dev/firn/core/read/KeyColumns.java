package dev.firn.core.read;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns that equality deletes compare, as they are read from files of any age: by field id,
 * in the newest type. A column that the table has dropped since still decides; files that were
 * written without it hold null there.
 */
final class KeyColumns {
  private KeyColumns() {}

  /**
   * @throws IllegalArgumentException if no schema of the table has all the columns
   */
  static Schema of(TableMetadata table, Set<Integer> ids) {
    Schema current = table.schema();
    if (hasAll(current, ids)) {
      return TypeUtil.select(current, ids);
    }
    Schema older =
        table.schemas().stream()
            .filter(schema -> hasAll(schema, ids))
            .max(Comparator.comparingInt(Schema::schemaId))
            .orElseThrow(
                () -> new IllegalArgumentException("No schema has all the columns " + ids));
    List<NestedField> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (NestedField column : TypeUtil.select(older, ids).columns()) {
      NestedField now = current.findField(column.fieldId());
      NestedField newest = now != null && now.type().isPrimitiveType() ? now : column.asOptional();
      columns.add(
          names.add(newest.name())
              ? newest
              : NestedField.from(newest).withName(newest.name() + "#" + newest.fieldId()).build());
    }
    return new Schema(columns);
  }

  private static boolean hasAll(Schema schema, Set<Integer> ids) {
    return ids.stream().allMatch(id -> schema.findField(id) != null);
  }
}
