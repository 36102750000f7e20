package dev.firn.maintenance.rewrite;

import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Some consecutive entries of one output column, between reading and writing. Because a block is
 * filled by a source and emptied by a sink, what fails while filling is the input's fault and what
 * fails while emptying is not.
 *
 * <p>Entry {@code i} is null unless its definition level is {@link #maxDefinition}. Values of fixed
 * width are in {@link #bits}: integers with their sign, floats and doubles as their raw bits,
 * booleans as 0 and 1. All others are in {@link #binaries}. Equal binaries of one input dictionary
 * are the same instance. A block is full at {@value #CAPACITY} entries or when its values take a
 * megabyte, so that it never holds many large ones.
 */
final class TripletBlock {
  static final int CAPACITY = 1024;

  /** Each value may keep a page of its input in memory. */
  private static final long MAX_BYTES = 1 << 20;

  final PrimitiveTypeName type;
  final int typeLength;
  final int maxDefinition;
  final int[] repetitions = new int[CAPACITY];
  final int[] definitions = new int[CAPACITY];
  final long[] bits;
  final Binary[] binaries;
  int size;
  private long bytes;

  TripletBlock(ColumnDescriptor column) {
    this.type = column.getPrimitiveType().getPrimitiveTypeName();
    this.typeLength = column.getPrimitiveType().getTypeLength();
    this.maxDefinition = column.getMaxDefinitionLevel();
    boolean binary = isBinary(type);
    this.bits = new long[binary ? 0 : CAPACITY];
    this.binaries = new Binary[binary ? CAPACITY : 0];
  }

  void startFilling() {
    if (binaries.length > 0) {
      Arrays.fill(binaries, 0, size, null);
    }
    bytes = 0;
  }

  /** About what an entry adds to what is written. */
  long byteCount(int index) {
    return binaries.length > 0 && definitions[index] == maxDefinition
        ? binaries[index].length()
        : Long.BYTES;
  }

  /** Counts the value at an index, if it is another instance than the one before. */
  @SuppressWarnings("ReferenceEquality")
  void countBytes(int index) {
    if (binaries.length > 0 && (index == 0 || binaries[index] != binaries[index - 1])) {
      bytes += binaries[index].length();
    }
  }

  /** Whether no more values should be added, because of their bytes. */
  boolean isFull() {
    return bytes >= MAX_BYTES;
  }

  static boolean isBinary(PrimitiveTypeName type) {
    return switch (type) {
      case BOOLEAN, INT32, INT64, FLOAT, DOUBLE -> false;
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> true;
    };
  }

  void set(int index, Constant constant) {
    if (binaries.length > 0) {
      binaries[index] = constant.binary();
    } else {
      bits[index] = constant.bits();
    }
  }
}
