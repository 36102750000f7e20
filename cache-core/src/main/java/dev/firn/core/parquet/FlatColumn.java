package dev.firn.core.parquet;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * One column of a {@link FlatFile}: takes its entries row after row and gives them as the content
 * of one page, or of a dictionary and one page. Values are in the form that Parquet stores.
 */
public final class FlatColumn {
  private final ColumnDescriptor leaf;
  private final PrimitiveTypeName kind;
  private final boolean optional;
  private final byte[] present = new byte[FlatFile.MAX_ROWS / Byte.SIZE];
  private final GrowingBytes values = new GrowingBytes();
  private final DistinctValues distinct = new DistinctValues();
  private Binary[] binaries = new Binary[8];
  private int count;
  private long plainBytes;
  private int longest;
  private int flags;
  private int entries;
  private Statistics<?> statistics;

  FlatColumn(ColumnDescriptor leaf) {
    this.leaf = leaf;
    this.kind = leaf.getPrimitiveType().getPrimitiveTypeName();
    this.optional = leaf.getMaxDefinitionLevel() > 0;
    this.statistics = Statistics.noopStats(leaf.getPrimitiveType());
  }

  ColumnDescriptor leaf() {
    return leaf;
  }

  Statistics<?> statistics() {
    return statistics;
  }

  /** How many there are, nulls included. */
  int entries() {
    return entries;
  }

  void begin(boolean withStatistics) {
    clear();
    statistics =
        withStatistics
            ? Statistics.createStats(leaf.getPrimitiveType())
            : Statistics.noopStats(leaf.getPrimitiveType());
  }

  /** Holds no value any more. */
  void clear() {
    values.clear(FlatFile.KEPT_BYTES);
    distinct.clear();
    Arrays.fill(present, (byte) 0);
    Arrays.fill(binaries, 0, kind == PrimitiveTypeName.BINARY ? count : 0, Binary.EMPTY);
    count = 0;
    plainBytes = 0;
    longest = 0;
    flags = 0;
    entries = 0;
  }

  public void addNull() {
    if (!optional) {
      throw new AssertionError("a null in " + leaf);
    }
    statistics.incrementNumNulls();
    entries++;
  }

  public void add(Object value) {
    present[entries >> 3] |= (byte) (1 << (entries & 7));
    entries++;
    count++;
    switch (kind) {
      case INT64 -> {
        long number = (Long) value;
        values.putLong(number);
        statistics.updateStats(number);
      }
      case INT32 -> {
        int number = (Integer) value;
        values.putInt(number);
        statistics.updateStats(number);
      }
      case DOUBLE -> {
        double number = (Double) value;
        values.putLong(Double.doubleToRawLongBits(number));
        statistics.updateStats(number);
      }
      case FLOAT -> {
        float number = (Float) value;
        values.putInt(Float.floatToRawIntBits(number));
        statistics.updateStats(number);
      }
      case BOOLEAN -> addFlag((Boolean) value);
      case FIXED_LEN_BYTE_ARRAY -> {
        Binary binary = (Binary) value;
        values.put(binary.getBytesUnsafe());
        statistics.updateStats(binary);
      }
      case BINARY -> addBinary((Binary) value);
      case INT96 -> throw new AssertionError(leaf);
    }
  }

  private void addFlag(boolean flag) {
    int bit = (count - 1) & 7;
    flags |= flag ? 1 << bit : 0;
    if (bit == 7) {
      values.putByte(flags);
      flags = 0;
    }
    statistics.updateStats(flag);
  }

  private void addBinary(Binary binary) {
    if (count > binaries.length) {
      binaries = Arrays.copyOf(binaries, binaries.length * 2);
    }
    binaries[count - 1] = binary;
    plainBytes += Integer.BYTES + binary.length();
    longest = Math.max(longest, binary.length());
    statistics.updateStats(binary);
  }

  /**
   * The numbers of the values in a dictionary, which {@link #putDictionary} then gives; null if
   * none pays.
   */
  @Nullable ByteBuffer indices() {
    // Even a dictionary of one value holds the longest.
    if (kind != PrimitiveTypeName.BINARY
        || plainBytes <= DistinctValuesWriter.DICTIONARY_OVERHEAD_BYTES + Integer.BYTES + longest) {
      return null;
    }
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = distinct.id(binaries[i]);
    }
    if (distinct.count() == count) {
      return null;
    }
    BytesInput indices = distinct.indices(ids, 0, count);
    return DistinctValuesWriter.isSmaller(distinct, indices, plainBytes)
        ? indices.toByteBuffer(HeapByteBufferAllocator.getInstance(), allocated -> {})
        : null;
  }

  /** How many values the dictionary holds. */
  int dictionarySize() {
    return distinct.count();
  }

  void putDictionary(GrowingBytes page) {
    for (int id = 0; id < distinct.count(); id++) {
      putBinary(page, distinct.value(id));
    }
  }

  /** Puts which of the entries are there, as a run of one value or else bit by bit. */
  void putLevels(GrowingBytes page) {
    if (!optional) {
      return;
    }
    if (count == entries || count == 0) {
      int run = entries << 1;
      page.putInt(run < 0x80 ? 2 : 3);
      page.putVarint(run);
      page.putByte(count == 0 ? 0 : 1);
    } else {
      int groups = (entries + 7) >> 3;
      int header = groups << 1 | 1;
      page.putInt((header < 0x80 ? 1 : 2) + groups);
      page.putVarint(header);
      page.put(present, 0, groups);
    }
  }

  void putPlain(GrowingBytes page) {
    if (kind == PrimitiveTypeName.BINARY) {
      for (int i = 0; i < count; i++) {
        putBinary(page, binaries[i].getBytesUnsafe());
      }
      return;
    }
    page.put(values.array(), 0, values.size());
    if (kind == PrimitiveTypeName.BOOLEAN && (count & 7) != 0) {
      page.putByte(flags);
    }
  }

  private static void putBinary(GrowingBytes page, byte[] bytes) {
    page.putInt(bytes.length);
    page.put(bytes);
  }
}
