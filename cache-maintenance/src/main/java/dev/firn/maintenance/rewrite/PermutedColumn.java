package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Brings the entries of one output column of one batch into the order of a permutation.
 *
 * <p>The entries are held in memory, values as copies so that no page is kept for some of its
 * values only, a dictionary's value once: for most columns no more than the batch's encoded bytes
 * and some bytes an entry. Where that would be more than {@code maxBytes} (texts that share
 * prefixes, or runs, take far less encoded), the first part of the order is held and written, then
 * the column is read again for the next part, as often as it takes (I7).
 *
 * <p>What is written is proved to be what was read: a sum over all rows, of a hash of the row's
 * entries and its number, is taken while reading and while writing. Together with the hash in the
 * order of writing, which is compared with the file as it is read back, that proves the content of
 * a sorted file as that hash alone does for others.
 */
final class PermutedColumn {
  private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

  /** A value of variable length: its object, and its place among those already counted. */
  private static final int VALUE_BYTES = 80;

  private static final int DEFINITION_BITS = 16;

  private final ColumnDescriptor column;
  private final RowPermutation permutation;
  private final long maxBytes;
  private final TripletBlock block;
  private final int[] starts;
  private final RowSum read;
  private final RowSum written;

  private int[] levels = new int[0];
  private long[] bits = new long[0];
  private @Nullable Binary[] binaries = new @Nullable Binary[0];
  private int size;
  private int[] held = new int[0];
  private int heldRows;
  private final ByInstance<Binary> copies;
  private final Set<Binary> counted = Collections.newSetFromMap(new IdentityHashMap<>());
  private long bytes;
  private int firstRank;
  private int endRank;
  private int passes;

  /**
   * @param hashed whether the sums are taken
   */
  PermutedColumn(
      ColumnDescriptor column, RowPermutation permutation, long maxBytes, boolean hashed) {
    this.column = column;
    this.permutation = permutation;
    this.maxBytes = maxBytes;
    this.block = new TripletBlock(column);
    this.starts = new int[permutation.size()];
    this.copies = new ByInstance<>(maxBytes / 8);
    this.read = new RowSum(hashed);
    this.written = new RowSum(hashed);
  }

  /** Opens the entries of the column, from the batch's first row on. */
  @FunctionalInterface
  interface Entries {
    TripletSource open() throws IOException;
  }

  /** Takes the entries in their new order, false if it has no room for more. */
  @FunctionalInterface
  interface Sink {
    boolean write(TripletBlock block) throws IOException;
  }

  /** How often the column was read. */
  int passes() {
    return passes;
  }

  /**
   * @param output for messages
   * @return false if the sink had no room for all rows
   * @throws ProofFailedException if what was written is not what was read
   */
  boolean copy(String output, Entries entries, Sink sink) throws IOException {
    while (firstRank < permutation.size()) {
      endRank = permutation.size();
      try (TripletSource source = entries.open()) {
        hold(source, passes == 0);
      }
      passes++;
      copies.clear();
      if (!write(sink)) {
        return false;
      }
      firstRank = endRank;
      forget();
      Arrays.fill(binaries, null);
    }
    if (read.value() != written.value()) {
      throw new ProofFailedException(
          output,
          "sum of rows of column " + String.join(".", column.getPath()),
          Long.toHexString(read.value()),
          Long.toHexString(written.value()));
    }
    return true;
  }

  private void hold(TripletSource source, boolean first) throws IOException {
    int row = -1;
    while (source.fill(block)) {
      for (int i = 0; i < block.size; i++) {
        if (block.repetitions[i] == 0) {
          row++;
          requireRow(row < permutation.size());
          if (isHeld(row)) {
            startRow(row);
          }
        }
        if (first) {
          read.add(row, block, i);
        }
        if (isHeld(row)) {
          hold(block, i);
        }
      }
      while (bytes > maxBytes && endRank - firstRank > 1) {
        halve();
      }
    }
    if (first) {
      read.end();
    }
    requireRow(row + 1 == permutation.size());
  }

  private void requireRow(boolean right) {
    if (!right) {
      throw new AssertionError("Not the " + permutation.size() + " rows of the permutation");
    }
  }

  private boolean isHeld(int row) {
    int rank = permutation.rank(row);
    return rank >= firstRank && rank < endRank;
  }

  private void hold(TripletBlock from, int index) {
    if (size == levels.length) {
      int capacity = Math.max(TripletBlock.CAPACITY, Math.multiplyExact(size, 2));
      levels = Arrays.copyOf(levels, capacity);
      if (from.binaries.length > 0) {
        binaries = Arrays.copyOf(binaries, capacity);
      } else {
        bits = Arrays.copyOf(bits, capacity);
      }
    }
    levels[size] = (from.repetitions[index] << DEFINITION_BITS) | from.definitions[index];
    bytes += ENTRY_BYTES;
    if (from.definitions[index] == from.maxDefinition) {
      if (from.binaries.length > 0) {
        Binary copy = copy(from.binaries[index]);
        binaries[size] = copy;
        count(copy);
      } else {
        bits[size] = from.bits[index];
      }
    } else if (binaries.length > 0) {
      binaries[size] = null;
    }
    size++;
  }

  private Binary copy(Binary value) {
    @Nullable Binary copy = copies.find(value);
    if (copy == null) {
      copy = Binary.fromConstantByteArray(value.getBytes());
      copies.put(value, copy);
    }
    return copy;
  }

  private void count(Binary value) {
    if (counted.add(value)) {
      bytes += VALUE_BYTES + value.length();
    }
  }

  private void startRow(int row) {
    if (heldRows == held.length) {
      held = Arrays.copyOf(held, Math.max(TripletBlock.CAPACITY, heldRows * 2));
    }
    held[heldRows++] = row;
    starts[permutation.rank(row)] = size;
  }

  /** Drops the rows of the later half of the part; those that stay close up. */
  private void halve() {
    endRank = firstRank + (endRank - firstRank) / 2;
    int entries = size;
    int count = heldRows;
    forget();
    for (int i = 0; i < count; i++) {
      int start = starts[permutation.rank(held[i])];
      int end = i + 1 < count ? starts[permutation.rank(held[i + 1])] : entries;
      if (isHeld(held[i])) {
        startRow(held[i]);
        for (int entry = start; entry < end; entry++) {
          move(entry);
        }
      }
    }
    Arrays.fill(
        binaries, Math.min(size, binaries.length), Math.min(entries, binaries.length), null);
  }

  private void move(int entry) {
    levels[size] = levels[entry];
    if (binaries.length > 0) {
      binaries[size] = binaries[entry];
      if (binaries[entry] != null) {
        count(binaries[entry]);
      }
    } else {
      bits[size] = bits[entry];
    }
    bytes += ENTRY_BYTES;
    size++;
  }

  private boolean write(Sink sink) throws IOException {
    block.size = 0;
    for (int rank = firstRank; rank < endRank; rank++) {
      int row = permutation.row(rank);
      int entry = starts[rank];
      do {
        if (block.size == TripletBlock.CAPACITY) {
          if (!sink.write(block)) {
            return false;
          }
          block.size = 0;
        }
        take(entry, row);
        entry++;
      } while (entry < size && levels[entry] >> DEFINITION_BITS > 0);
    }
    if (block.size > 0 && !sink.write(block)) {
      return false;
    }
    if (endRank == permutation.size()) {
      written.end();
    }
    return true;
  }

  private void take(int entry, int row) {
    int index = block.size++;
    block.repetitions[index] = levels[entry] >> DEFINITION_BITS;
    block.definitions[index] = levels[entry] & ((1 << DEFINITION_BITS) - 1);
    if (block.definitions[index] == block.maxDefinition) {
      if (block.binaries.length > 0) {
        block.binaries[index] = binaries[entry];
      } else {
        block.bits[index] = bits[entry];
      }
    }
    written.add(row, block, index);
  }

  private void forget() {
    size = 0;
    heldRows = 0;
    bytes = 0;
    counted.clear();
  }
}
