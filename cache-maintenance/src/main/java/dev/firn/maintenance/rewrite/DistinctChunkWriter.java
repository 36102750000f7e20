package dev.firn.maintenance.rewrite;

import dev.firn.core.parquet.DistinctValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.statistics.geospatial.GeospatialStatistics;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridValuesWriter;
import org.apache.parquet.io.api.Binary;

/**
 * Encodes a chunk of binaries that are large or that repeat, with a dictionary if that is smaller.
 *
 * <p>Each distinct value is held once until the chunk is complete, and only then is chosen between
 * dictionary and plain. So memory is bounded by the distinct values, whatever they would take if
 * they were written out row by row; and no dictionary is given up for what its first rows look
 * like. Where more is held than may be, and a dictionary of it would not halve the chunk, the
 * choice is made there and then: plain, and from then on no more than a page is held. Plain values
 * are cut into pages of a megabyte, so that no reader needs the chunk as a whole.
 */
final class DistinctChunkWriter implements ChunkWriter {
  /** A plain page ends with the row that reaches this. */
  private static final long PAGE_BYTES = 1 << 20;

  /** What a dictionary page costs beside its values: a header and a frame of its own. */
  private static final int DICTIONARY_OVERHEAD_BYTES = 64;

  /** What a distinct value takes beside its bytes: its objects, and its place in two tables. */
  private static final int VALUE_OVERHEAD_BYTES = 120;

  /** Two levels and a number. */
  private static final int ENTRY_BYTES = 2 + Integer.BYTES;

  private static final int INITIAL_SLAB_BYTES = 64;
  private static final int MAX_LEVEL = Byte.MAX_VALUE;

  private final ColumnDescriptor column;
  private final CountedPages pages;
  private final boolean statistics;
  private final int pageRows;
  private final DistinctValues distinct = new DistinctValues();
  private byte[] repetitions = new byte[1024];
  private byte[] definitions = new byte[1024];
  private int[] numbers = new int[1024];
  private int entries;
  private int values;
  private long plainBytes;
  private int rows;
  private boolean plainOnly;

  /**
   * @param statistics whether pages tell their minima and maxima
   * @param pageRows the most rows of a page
   */
  DistinctChunkWriter(
      ColumnDescriptor column, CountedPages pages, boolean statistics, int pageRows) {
    if (!takes(column)) {
      throw new AssertionError(column);
    }
    this.column = column;
    this.pages = pages;
    this.statistics = statistics;
    this.pageRows = pageRows;
  }

  /** Columns of binaries, but for those that are nested beyond all reason. */
  static boolean takes(ColumnDescriptor column) {
    return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
      case BINARY -> column.getMaxDefinitionLevel() <= MAX_LEVEL;
      case BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, FIXED_LEN_BYTE_ARRAY -> false;
    };
  }

  @Override
  public void write(TripletBlock block, int index) {
    if (entries == repetitions.length) {
      repetitions = Arrays.copyOf(repetitions, entries * 2);
      definitions = Arrays.copyOf(definitions, entries * 2);
    }
    repetitions[entries] = (byte) block.repetitions[index];
    definitions[entries] = (byte) block.definitions[index];
    entries++;
    if (block.definitions[index] == column.getMaxDefinitionLevel()) {
      Binary value = block.binaries[index];
      if (values == numbers.length) {
        numbers = Arrays.copyOf(numbers, values * 2);
      }
      numbers[values++] = distinct.id(value);
      plainBytes += Integer.BYTES + value.length();
    }
  }

  @Override
  public void endRow() {
    rows++;
    if (plainOnly
        && (plainBytes >= PAGE_BYTES || rows >= pageRows || entries >= MAX_PAGE_ENTRIES)) {
      writePages(false);
    }
  }

  @Override
  public long heldBytes() {
    return distinct.bytes()
        + (long) VALUE_OVERHEAD_BYTES * distinct.count()
        + (long) ENTRY_BYTES * entries;
  }

  @Override
  public boolean isWorthHolding() {
    return !plainOnly && dictionaryBytes() < plainBytes / 2;
  }

  @Override
  public boolean holdLess() {
    if (isWorthHolding()) {
      return false;
    }
    if (!plainOnly) {
      plainOnly = true;
      writePages(false);
    }
    return true;
  }

  @Override
  public void finish() {
    writePages(!plainOnly && distinct.count() < values && dictionaryBytes() < plainBytes);
  }

  /** What the chunk takes with a dictionary, before compression. */
  private long dictionaryBytes() {
    int width = Integer.SIZE - Integer.numberOfLeadingZeros(distinct.count());
    return distinct.dictionaryBytes()
        + (long) values * width / Byte.SIZE
        + DICTIONARY_OVERHEAD_BYTES;
  }

  /** Puts all that is held into pages. */
  private void writePages(boolean dictionary) {
    try {
      if (dictionary) {
        pages.writeDictionaryPage(distinct.dictionary());
      }
      int from = 0;
      int fromValue = 0;
      while (from < entries) {
        Page page = new Page(from, fromValue, dictionary);
        page.write();
        from = page.to;
        fromValue = page.toValue;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    distinct.clear();
    entries = 0;
    values = 0;
    plainBytes = 0;
    rows = 0;
  }

  /** Whole rows from an entry on. */
  private final class Page {
    private final int from;
    private final int fromValue;
    private final boolean dictionary;
    private final int to;
    private final int toValue;
    private final int rows;
    private final long plain;

    Page(int from, int fromValue, boolean dictionary) {
      this.from = from;
      this.fromValue = fromValue;
      this.dictionary = dictionary;
      int entry = from;
      int value = fromValue;
      int begun = 0;
      long bytes = 0;
      while (entry < entries) {
        if (repetitions[entry] == 0) {
          if (begun >= pageRows
              || entry - from >= MAX_PAGE_ENTRIES
              || (!dictionary && bytes >= PAGE_BYTES)) {
            break;
          }
          begun++;
        }
        if (definitions[entry] == column.getMaxDefinitionLevel()) {
          bytes += Integer.BYTES + distinct.value(numbers[value]).length;
          value++;
        }
        entry++;
      }
      this.to = entry;
      this.toValue = value;
      this.rows = begun;
      this.plain = bytes;
    }

    void write() throws IOException {
      BytesInput data =
          dictionary
              ? distinct.indices(numbers, fromValue, toValue)
              : distinct.plain(numbers, fromValue, toValue, plain);
      int maxRepetition = column.getMaxRepetitionLevel();
      int maxDefinition = column.getMaxDefinitionLevel();
      pages.writePage(
          BytesInput.concat(
              levels(repetitions, maxRepetition), levels(definitions, maxDefinition), data),
          to - from,
          rows,
          statistics(),
          sizes(),
          GeospatialStatistics.noopBuilder().build(),
          Encoding.RLE,
          Encoding.RLE,
          dictionary ? Encoding.RLE_DICTIONARY : Encoding.PLAIN);
    }

    private BytesInput levels(byte[] levels, int max) {
      if (max == 0) {
        return BytesInput.empty();
      }
      int width = Integer.SIZE - Integer.numberOfLeadingZeros(max);
      RunLengthBitPackingHybridValuesWriter writer =
          new RunLengthBitPackingHybridValuesWriter(
              width,
              INITIAL_SLAB_BYTES,
              Math.max(INITIAL_SLAB_BYTES, to - from),
              HeapByteBufferAllocator.getInstance());
      for (int i = from; i < to; i++) {
        writer.writeInteger(levels[i]);
      }
      return writer.getBytes();
    }

    private Statistics<?> statistics() {
      if (!statistics) {
        return Statistics.noopStats(column.getPrimitiveType());
      }
      Statistics<?> found = Statistics.createStats(column.getPrimitiveType());
      found.incrementNumNulls((to - from) - (toValue - fromValue));
      BitSet seen = new BitSet();
      for (int i = fromValue; i < toValue; i++) {
        if (!seen.get(numbers[i])) {
          seen.set(numbers[i]);
          found.updateStats(Binary.fromConstantByteArray(distinct.value(numbers[i])));
        }
      }
      return found;
    }

    private SizeStatistics sizes() {
      SizeStatistics.Builder sizes =
          SizeStatistics.newBuilder(
              column.getPrimitiveType(),
              column.getMaxRepetitionLevel(),
              column.getMaxDefinitionLevel());
      int value = fromValue;
      for (int i = from; i < to; i++) {
        if (definitions[i] == column.getMaxDefinitionLevel()) {
          byte[] bytes = distinct.value(numbers[value++]);
          sizes.add(repetitions[i], definitions[i], Binary.fromConstantByteArray(bytes));
        } else {
          sizes.add(repetitions[i], definitions[i]);
        }
      }
      return sizes.build();
    }
  }
}
