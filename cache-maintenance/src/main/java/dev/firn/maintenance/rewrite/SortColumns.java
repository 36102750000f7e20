package dev.firn.maintenance.rewrite;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UUIDUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a table's sort order, as leaves of an output, with what makes keys of their values
 * and compares them: Iceberg's own transforms and comparators.
 */
record SortColumns(List<SortColumn> columns) {
  SortColumns {
    columns = List.copyOf(columns);
  }

  /**
   * One field of the order.
   *
   * @param leaf its column's number among the output's leaves
   * @param type the column's type
   * @param transform null if the values themselves are the keys
   * @param numbers whether keys compare as the 64-bit integers that they are
   * @param comparator of keys that are not null and no numbers, ascending
   */
  record SortColumn(
      int leaf,
      Type type,
      @Nullable UnaryOperator<@Nullable Object> transform,
      boolean numbers,
      Comparator<Object> comparator,
      boolean descending,
      boolean nullsFirst) {

    /** The key of a value that is not null; null if the transform makes it so. */
    @Nullable Object key(TripletBlock block, int index) {
      Object value = value(block, index);
      return transform == null ? value : transform.apply(value);
    }

    /** In Iceberg's own representation. */
    private Object value(TripletBlock block, int index) {
      return switch (type.typeId()) {
        case BOOLEAN -> block.bits[index] != 0;
        case INTEGER, DATE -> (int) block.bits[index];
        case FLOAT -> Float.intBitsToFloat((int) block.bits[index]);
        case DOUBLE -> Double.longBitsToDouble(block.bits[index]);
        case STRING -> block.binaries[index].toStringUsingUTF8();
        case UUID -> UUIDUtil.convert(block.binaries[index].getBytes());
        case DECIMAL -> new BigDecimal(unscaled(block, index), scale());
        case FIXED, BINARY -> ByteBuffer.wrap(block.binaries[index].getBytes());
        default -> block.bits[index];
      };
    }

    private static BigInteger unscaled(TripletBlock block, int index) {
      if (block.binaries.length == 0) {
        return BigInteger.valueOf(block.bits[index]);
      }
      Binary bytes = block.binaries[index];
      return new BigInteger(bytes.getBytes());
    }

    private int scale() {
      return ((Types.DecimalType) type).scale();
    }
  }

  /**
   * Empty if the table is not sorted, or by something that this cannot sort by: a column that the
   * output lacks or that repeats, a transform that is not known, values in a representation that is
   * not the table's own.
   */
  static Optional<SortColumns> of(SortOrder order, Schema table, SchemaResolver.Resolved resolved) {
    if (order.isUnsorted() || resolved.leaves().isEmpty()) {
      return Optional.empty();
    }
    List<ColumnDescriptor> own = ParquetSchemaUtil.convert(table, "table").getColumns();
    List<SortColumn> columns = new ArrayList<>();
    for (SortField field : order.fields()) {
      int leaf = leaf(resolved.leaves(), field.sourceId());
      int ownLeaf = leaf(own, field.sourceId());
      @Nullable Type type = table.findType(field.sourceId());
      if (leaf < 0
          || ownLeaf < 0
          || type == null
          || !type.isPrimitiveType()
          || resolved.leaves().get(leaf).getMaxRepetitionLevel() > 0
          || !isSameValue(
              resolved.leaves().get(leaf).getPrimitiveType(),
              own.get(ownLeaf).getPrimitiveType())) {
        return Optional.empty();
      }
      Optional<SortColumn> column = column(leaf, type, field, own.get(ownLeaf).getPrimitiveType());
      if (column.isEmpty()) {
        return Optional.empty();
      }
      columns.add(column.get());
    }
    return Optional.of(new SortColumns(columns));
  }

  private static Optional<SortColumn> column(
      int leaf, Type type, SortField field, PrimitiveType parquet) {
    Transform<Object, Object> transform = field.transform();
    Type result;
    @Nullable UnaryOperator<@Nullable Object> function = null;
    Comparator<Object> comparator;
    try {
      if (!transform.canTransform(type)) {
        return Optional.empty();
      }
      result = transform.getResultType(type);
      comparator = Comparators.forType(result.asPrimitiveType());
      if (!transform.isIdentity()) {
        function = transform.bind(type)::apply;
      }
    } catch (RuntimeException e) {
      return Optional.empty(); // a transform that this version of Iceberg does not know
    }
    boolean numbers =
        switch (result.typeId()) {
          case BOOLEAN, INTEGER, LONG, DATE, TIME, TIMESTAMP, TIMESTAMP_NANO -> true;
          case DECIMAL ->
              function == null && !TripletBlock.isBinary(parquet.getPrimitiveTypeName());
          default -> false;
        };
    return Optional.of(
        new SortColumn(
            leaf,
            type,
            function,
            numbers,
            comparator,
            field.direction() == SortDirection.DESC,
            field.nullOrder() == NullOrder.NULLS_FIRST));
  }

  private static int leaf(List<ColumnDescriptor> leaves, int id) {
    for (int i = 0; i < leaves.size(); i++) {
      org.apache.parquet.schema.Type.ID found = leaves.get(i).getPrimitiveType().getId();
      if (found != null && found.intValue() == id) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isSameValue(PrimitiveType one, PrimitiveType other) {
    return one.getPrimitiveTypeName() == other.getPrimitiveTypeName()
        && one.getTypeLength() == other.getTypeLength()
        && Objects.equals(one.getLogicalTypeAnnotation(), other.getLogicalTypeAnnotation());
  }
}
