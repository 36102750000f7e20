package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Brings rows into a table's sort order, stably. A value that does not fit its column counts as
 * null, as it does in the file.
 */
final class RowOrder {
  private RowOrder() {}

  /**
   * The rows in order; null if the order has no field, or one that is not a plain top-level column
   * (transforms, nested fields): then the rows stay as they are.
   */
  static @Nullable List<ObjectNode> sort(TableFit table, SortOrder order, List<ObjectNode> rows) {
    if (order.isUnsorted()) {
      return null;
    }
    Comparator<Integer> comparator = null;
    for (SortField field : order.fields()) {
      Comparator<Integer> next = comparator(table, field, rows);
      if (next == null) {
        return null;
      }
      comparator = comparator == null ? next : comparator.thenComparing(next);
    }
    return IntStream.range(0, rows.size()).boxed().sorted(comparator).map(rows::get).toList();
  }

  private static @Nullable Comparator<Integer> comparator(
      TableFit table, SortField sort, List<ObjectNode> rows) {
    TableFit.Column column = null;
    for (TableFit.Column candidate : table.columns()) {
      if (candidate.field().fieldId() == sort.sourceId()) {
        column = candidate;
      }
    }
    if (!sort.transform().isIdentity() || column == null) {
      return null;
    }
    Comparator<Object> values = values(column.field().type());
    if (values == null) {
      return null;
    }
    List<@Nullable Object> keys = new ArrayList<>(rows.size());
    for (ObjectNode row : rows) {
      JsonNode value = row.get(column.field().name());
      keys.add(value == null || value.isNull() ? null : column.fit().read(value));
    }
    Comparator<Object> directed =
        sort.direction() == SortDirection.DESC ? values.reversed() : values;
    Comparator<@Nullable Object> nulls =
        sort.nullOrder() == NullOrder.NULLS_FIRST
            ? Comparator.nullsFirst(directed)
            : Comparator.nullsLast(directed);
    return (a, b) -> nulls.compare(keys.get(a), keys.get(b));
  }

  /** Compares values as Parquet stores them; null for types without an order. */
  @SuppressWarnings("unchecked")
  private static @Nullable Comparator<Object> values(Type type) {
    if (!type.isPrimitiveType()) {
      return null;
    }
    return switch (type.typeId()) {
      case STRING, UUID, FIXED, BINARY ->
          (a, b) ->
              Arrays.compareUnsigned(((Binary) a).getBytesUnsafe(), ((Binary) b).getBytesUnsafe());
      case DECIMAL ->
          ((Types.DecimalType) type).precision() > 18
              ? Comparator.comparing(value -> new BigInteger(((Binary) value).getBytesUnsafe()))
              : (a, b) -> ((Comparable<Object>) a).compareTo(b);
      default -> (a, b) -> ((Comparable<Object>) a).compareTo(b);
    };
  }
}
