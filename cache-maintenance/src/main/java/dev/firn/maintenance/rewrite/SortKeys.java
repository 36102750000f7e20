package dev.firn.maintenance.rewrite;

import dev.firn.maintenance.rewrite.SortColumns.SortColumn;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sort keys of consecutive rows, and how they compare: field by field, nulls before or after
 * all values as the order says, whatever its direction.
 */
final class SortKeys {
  /**
   * What sorting takes besides the keys: row numbers, boxed, the sort's own copy, a permutation.
   */
  private static final int ROW_BYTES = 32;

  private static final int OBJECT_BYTES = 40;

  private final SortColumns sort;
  private final int rows;
  private final BitSet[] nulls;
  private final long[][] numbers;
  private final @Nullable Object[][] values;
  private final ByInstance<Object> known;
  private long bytes;

  private SortKeys(SortColumns sort, int rows, long maxBytes) {
    int columns = sort.columns().size();
    this.sort = sort;
    this.rows = rows;
    this.known = new ByInstance<>(maxBytes / 8);
    this.nulls = new BitSet[columns];
    this.numbers = new long[columns][];
    this.values = new @Nullable Object[columns][];
    for (int i = 0; i < columns; i++) {
      boolean number = sort.columns().get(i).numbers();
      nulls[i] = new BitSet();
      numbers[i] = new long[number ? rows : 0];
      values[i] = new @Nullable Object[number ? 0 : rows];
    }
    this.bytes = (long) rows * (ROW_BYTES + (long) columns * Long.BYTES);
  }

  /** Opens the entries of an output column for all the rows. */
  @FunctionalInterface
  interface Columns {
    TripletSource open(int leaf) throws IOException;
  }

  /**
   * @return null if the keys and a sort of them would take more than about {@code maxBytes}
   */
  static @Nullable SortKeys read(
      SortColumns sort, SchemaResolver.Resolved resolved, long rows, long maxBytes, Columns columns)
      throws IOException {
    long least = rows * (ROW_BYTES + (long) sort.columns().size() * Long.BYTES);
    if (rows > Integer.MAX_VALUE || least > maxBytes) {
      return null;
    }
    SortKeys keys = new SortKeys(sort, (int) rows, maxBytes);
    List<SortColumn> fields = sort.columns();
    for (int i = 0; i < fields.size(); i++) {
      TripletBlock block = new TripletBlock(resolved.leaves().get(fields.get(i).leaf()));
      int row = 0;
      try (TripletSource source = columns.open(fields.get(i).leaf())) {
        while (source.fill(block)) {
          keys.add(i, row, block, maxBytes);
          row += block.size;
          if (keys.bytes > maxBytes) {
            return null;
          }
        }
      }
      keys.known.clear();
      if (row != rows) {
        throw new AssertionError(row + " keys for " + rows + " rows");
      }
    }
    return keys;
  }

  /** Ends early where there is no room for the keys. */
  private void add(int field, int firstRow, TripletBlock block, long maxBytes) {
    SortColumn column = sort.columns().get(field);
    for (int i = 0; i < block.size && bytes <= maxBytes; i++) {
      int row = firstRow + i;
      if (block.definitions[i] < block.maxDefinition) {
        nulls[field].set(row);
      } else if (column.numbers() && column.transform() == null) {
        numbers[field][row] = block.bits[i];
      } else {
        put(field, row, key(column, block, i), column.numbers());
      }
    }
  }

  /** Made once for each value of a dictionary, which hands out the same instance. */
  private @Nullable Object key(SortColumn column, TripletBlock block, int index) {
    if (block.binaries.length == 0) {
      return column.key(block, index);
    }
    @Nullable Object key = known.find(block.binaries[index]);
    if (key == null) {
      key = column.key(block, index);
      if (key != null) {
        known.put(block.binaries[index], key);
        bytes += OBJECT_BYTES + bytes(key);
      }
    }
    return key;
  }

  private void put(int field, int row, @Nullable Object key, boolean number) {
    if (key == null) {
      nulls[field].set(row);
    } else if (number) {
      numbers[field][row] =
          key instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) key).longValue();
    } else {
      values[field][row] = key;
      bytes += OBJECT_BYTES;
    }
  }

  private static long bytes(Object key) {
    if (key instanceof CharSequence text) {
      return 2L * text.length();
    }
    if (key instanceof ByteBuffer buffer) {
      return buffer.remaining();
    }
    return key instanceof BigDecimal ? OBJECT_BYTES : 0;
  }

  int rows() {
    return rows;
  }

  /** The keys of one row alone, to compare with those of others. */
  SortKeys only(int row) {
    SortKeys one = new SortKeys(sort, 1, 0);
    for (int i = 0; i < nulls.length; i++) {
      one.nulls[i].set(0, nulls[i].get(row));
      if (numbers[i].length > 0) {
        one.numbers[i][0] = numbers[i][row];
      } else {
        one.values[i][0] = values[i][row];
      }
    }
    return one;
  }

  /** Compares a row with a row of other keys by the same order. */
  int compare(int row, SortKeys other, int otherRow) {
    for (int i = 0; i < nulls.length; i++) {
      int result = compare(i, row, other, otherRow);
      if (result != 0) {
        return result;
      }
    }
    return 0;
  }

  private int compare(int field, int row, SortKeys other, int otherRow) {
    SortColumn column = sort.columns().get(field);
    boolean isNull = nulls[field].get(row);
    boolean otherIsNull = other.nulls[field].get(otherRow);
    if (isNull || otherIsNull) {
      return isNull == otherIsNull ? 0 : isNull == column.nullsFirst() ? -1 : 1;
    }
    int result =
        column.numbers()
            ? Long.compare(numbers[field][row], other.numbers[field][otherRow])
            : column
                .comparator()
                .compare(required(values[field][row]), required(other.values[field][otherRow]));
    return column.descending() ? -Integer.signum(result) : result;
  }

  private static Object required(@Nullable Object key) {
    if (key == null) {
      throw new AssertionError("A key that is not null has no value");
    }
    return key;
  }

  boolean isOrdered() {
    for (int row = 1; row < rows; row++) {
      if (compare(row - 1, this, row) > 0) {
        return false;
      }
    }
    return true;
  }

  /** The rows in order, equal ones as they come. */
  RowPermutation permutation() {
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> compare(a, this, b));
    return RowPermutation.of(Arrays.stream(order).mapToInt(i -> i).toArray());
  }
}
