package dev.firn.maintenance.rewrite;

import dev.firn.core.disk.DiskReason;
import java.io.IOException;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Reads a column chunk of an input, hands out the rows of a slice that the mask keeps, and stops
 * behind the slice.
 *
 * <p>A slice that ends with its row group also checks that the chunk holds exactly the rows that
 * the row group claims.
 */
final class ColumnSource implements TripletSource {
  private final String input;
  private final String column;
  private final ColumnChunkReader chunk;
  private final LeafMapping mapping;
  private final RowMask mask;
  private final long firstRow;
  private final long fromRow;
  private final long toRow;
  private final long groupRows;

  private final ColumnReader reader;
  private final PrimitiveTypeName type;
  private final int maxDefinition;
  private long entriesLeft;
  private long row;
  private boolean kept;
  private boolean ended;

  /**
   * @param column the output column, for messages
   * @param firstRow the position in the file of the row group's first row; the mask counts from
   *     there
   * @param fromRow the slice's first row, within the row group
   * @param toRow the row behind the slice's last
   */
  ColumnSource(
      String input,
      String column,
      ColumnChunkReader chunk,
      LeafMapping mapping,
      RowMask mask,
      long firstRow,
      long fromRow,
      long toRow,
      long groupRows) {
    this.input = input;
    this.column = column;
    this.chunk = chunk;
    this.mapping = mapping;
    this.mask = mask;
    this.firstRow = firstRow;
    this.fromRow = fromRow;
    this.toRow = toRow;
    this.groupRows = groupRows;
    this.reader = chunk.reader();
    this.type = reader.getDescriptor().getPrimitiveType().getPrimitiveTypeName();
    this.maxDefinition = reader.getDescriptor().getMaxDefinitionLevel();
    this.entriesLeft = chunk.entries();
    this.row = chunk.rowsSkipped() - 1;
  }

  @Override
  public boolean fill(TripletBlock block) throws IOException {
    try {
      block.size = read(block);
    } catch (RuntimeException e) {
      throw new UnreadableInputException(
          input, "Column " + column + " does not decode: " + DiskReason.of(e), e);
    }
    return block.size > 0;
  }

  private int read(TripletBlock block) throws IOException {
    int[] levels = mapping.definitionLevels();
    int maxRepetition = mapping.maxRepetition();
    boolean takesValues = mapping.takesValues();
    Constant constant = mapping.constant();
    int size = 0;
    block.startFilling();
    while (size < TripletBlock.CAPACITY && !block.isFull() && !ended) {
      if (entriesLeft == 0) {
        end();
        break;
      }
      int repetition = reader.getCurrentRepetitionLevel();
      if (repetition == 0) {
        row++;
        if (row == toRow) {
          end();
          break;
        }
        kept = row >= fromRow && !mask.isDropped(firstRow + row);
      } else if (row < 0) {
        throw new UnreadableInputException(input, "Column " + column + " starts inside a row");
      }
      int definition = reader.getCurrentDefinitionLevel();
      boolean holdsValue = definition == maxDefinition;
      if (kept && repetition <= maxRepetition) {
        int mapped = levels[definition];
        if (mapped == LeafMapping.REFUSED) {
          throw new UnsupportedRewriteException(
              input, column, "a value", "null in row " + (firstRow + row));
        }
        block.repetitions[size] = repetition;
        block.definitions[size] = mapped;
        if (takesValues) {
          if (holdsValue) {
            take(block, size);
            block.countBytes(size);
          }
        } else {
          if (holdsValue) {
            reader.skip();
          }
          if (constant != null && mapped == block.maxDefinition) {
            block.set(size, constant);
          }
        }
        size++;
      } else if (holdsValue) {
        reader.skip();
      }
      entriesLeft--;
      reader.consume();
    }
    return size;
  }

  /** Called at the end of the slice or of the chunk. */
  private void end() throws UnreadableInputException {
    ended = true;
    long rows = entriesLeft == 0 ? row + 1 : row;
    if (rows < toRow || (toRow == groupRows && entriesLeft > 0)) {
      throw new UnreadableInputException(
          input, "Column " + column + " does not hold the " + groupRows + " rows of its row group");
    }
  }

  private void take(TripletBlock block, int index) {
    switch (mapping.conversion()) {
      case NONE -> {
        if (block.binaries.length > 0) {
          block.binaries[index] = reader.getBinary();
        } else {
          block.bits[index] = bits();
        }
      }
      case FLOAT_TO_DOUBLE -> block.bits[index] = Double.doubleToRawLongBits(reader.getFloat());
      case BITS_TO_FIXED -> block.binaries[index] = ValueConversion.fixed(bits(), block.typeLength);
      case BINARY_TO_FIXED -> {
        Binary number = reader.getBinary();
        block.binaries[index] =
            number.length() == block.typeLength
                ? number
                : ValueConversion.fixed(number, block.typeLength);
      }
      case BINARY_TO_BITS ->
          block.bits[index] =
              ValueConversion.bits(
                  reader.getBinary(),
                  block.type == PrimitiveTypeName.INT32 ? Integer.BYTES : Long.BYTES);
    }
  }

  private long bits() {
    return switch (type) {
      case BOOLEAN -> reader.getBoolean() ? 1 : 0;
      case INT32 -> reader.getInteger();
      case INT64 -> reader.getLong();
      case FLOAT -> Float.floatToRawIntBits(reader.getFloat());
      case DOUBLE -> Double.doubleToRawLongBits(reader.getDouble());
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> throw new AssertionError(type);
    };
  }

  @Override
  public void close() throws IOException {
    chunk.close();
  }
}
