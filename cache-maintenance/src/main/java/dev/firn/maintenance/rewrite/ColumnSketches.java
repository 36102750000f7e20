package dev.firn.maintenance.rewrite;

import dev.firn.maintenance.distinct.FileSketches;
import dev.firn.maintenance.distinct.FileSketches.ColumnSketch;
import dev.firn.maintenance.distinct.ThetaSketch;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * Sketches of the distinct values that go into the columns of one output file: of the first {@value
 * #MOST_COLUMNS} columns at the top level that are no structure and are stored as Iceberg stores
 * its types, and of no column of which a row group holds {@link ColumnProperties#FAT} values.
 *
 * <p>Memory: two sketches a column at most, its own and that of the row group being made.
 */
final class ColumnSketches {
  static final int MOST_COLUMNS = 32;

  private final Map<Integer, Column> byLeaf = new HashMap<>();

  private record Column(Types.NestedField field, ThetaSketch sketch) {}

  private ColumnSketches() {}

  /** Of no column at all. */
  static ColumnSketches none() {
    return new ColumnSketches();
  }

  /**
   * @param leaves the output's, as {@link SchemaResolver} has resolved them
   */
  static ColumnSketches of(Schema table, List<ColumnDescriptor> leaves) {
    ColumnSketches sketches = new ColumnSketches();
    Map<Integer, PrimitiveType> own = OutputMetrics.types(table);
    for (int i = 0; i < leaves.size() && sketches.byLeaf.size() < MOST_COLUMNS; i++) {
      ColumnDescriptor leaf = leaves.get(i);
      if (leaf.getPath().length == 1
          && leaf.getMaxRepetitionLevel() == 0
          && leaf.getPrimitiveType().getId() != null
          && !OutputMetrics.isKeptAsItWas(leaf, own)) {
        Types.NestedField field =
            table.asStruct().field(leaf.getPrimitiveType().getId().intValue());
        if (field != null && field.type().isPrimitiveType()) {
          sketches.byLeaf.put(i, new Column(field, new ThetaSketch()));
        }
      }
    }
    return sketches;
  }

  /** Begins a column chunk; null if nothing is to be known of its column. */
  @Nullable Entries next(int leaf, ColumnProperties properties) {
    if (properties == ColumnProperties.FAT) {
      byLeaf.remove(leaf);
    }
    Column column = byLeaf.get(leaf);
    return column == null ? null : new Entries(column.field.type().typeId());
  }

  /** Adds the values of a chunk, which is in the file by now. */
  void add(int leaf, @Nullable Entries entries) {
    Column column = byLeaf.get(leaf);
    if (column != null && entries != null) {
      column.sketch.addAll(entries.sketch);
    }
  }

  /** All of them, for the file itself. */
  FileSketches ofFile() {
    Map<Integer, ColumnSketch> found = new HashMap<>();
    for (Column column : byLeaf.values()) {
      Types.NestedField field = column.field;
      found.put(field.fieldId(), new ColumnSketch(field.type().toString(), column.sketch));
    }
    return new FileSketches(found);
  }

  /**
   * The values of one column chunk, in the bytes of Iceberg's single-value serialisation.
   *
   * <p>Most values of most columns have been there a moment ago, and finding that out costs a third
   * of hashing them: numbers are looked up among the last ones, binaries by their instance, which
   * is the same for each occurrence of a value of a dictionary. Where a block has no dictionary
   * that is given up after its first values, unless they are long.
   */
  static final class Entries {
    private static final int RECENT = 256;
    private static final int TRIES = 64;
    private static final int LONG_BYTES = 256;
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private final Type.TypeID type;
    private final ThetaSketch sketch = new ThetaSketch();
    private final long[] recentNumbers = new long[RECENT];
    private final @Nullable Binary[] recentBinaries = new @Nullable Binary[RECENT];
    private final byte[] number = new byte[Long.BYTES];
    private final ByteBuffer numberBuffer = ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN);

    private Entries(Type.TypeID type) {
      this.type = type;
      recentNumbers[slot(0)] = 1; // whose slot is another, so that 0 is not taken for known
    }

    void add(TripletBlock block) {
      if (block.binaries.length > 0) {
        addBinaries(block);
      } else {
        addNumbers(block);
      }
    }

    private void addNumbers(TripletBlock block) {
      for (int i = 0; i < block.size; i++) {
        if (block.definitions[i] == block.maxDefinition) {
          long bits = block.bits[i];
          int slot = slot(bits);
          if (recentNumbers[slot] != bits) {
            recentNumbers[slot] = bits;
            add(bits);
          }
        }
      }
    }

    private static int slot(long bits) {
      return (int) ((bits * GOLDEN) >>> (Long.SIZE - Byte.SIZE));
    }

    @SuppressWarnings("ReferenceEquality")
    private void addBinaries(TripletBlock block) {
      int tried = 0;
      int found = 0;
      for (int i = 0; i < block.size; i++) {
        if (block.definitions[i] != block.maxDefinition) {
          continue;
        }
        Binary value = block.binaries[i];
        if (tried < TRIES || found >= TRIES / 4 || value.length() >= LONG_BYTES) {
          tried++;
          int slot = System.identityHashCode(value) & (RECENT - 1);
          if (recentBinaries[slot] == value) {
            found++;
            continue;
          }
          recentBinaries[slot] = value;
        }
        add(value);
      }
      Arrays.fill(recentBinaries, null); // a value may keep a page of its input in memory
    }

    private void add(Binary value) {
      ByteBuffer buffer = value.toByteBuffer();
      if (type == Type.TypeID.DECIMAL) {
        addBytes(new BigInteger(value.getBytes()).toByteArray());
      } else if (buffer.hasArray()) {
        sketch.add(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
      } else {
        addBytes(value.getBytes());
      }
    }

    private void add(long bits) {
      switch (type) {
        case BOOLEAN -> addNumber(bits == 0 ? 0 : 1, 1);
        case INTEGER, DATE, FLOAT -> addNumber(bits, Integer.BYTES);
        case DECIMAL -> addBytes(BigInteger.valueOf(bits).toByteArray());
        default -> addNumber(bits, Long.BYTES);
      }
    }

    private void addNumber(long bits, int bytes) {
      numberBuffer.putLong(0, bits);
      sketch.add(number, 0, bytes);
    }

    private void addBytes(byte[] bytes) {
      sketch.add(bytes, 0, bytes.length);
    }
  }
}
