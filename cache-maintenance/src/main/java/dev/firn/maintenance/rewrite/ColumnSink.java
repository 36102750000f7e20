package dev.firn.maintenance.rewrite;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Writes blocks into one column chunk and tells its store where rows end, so that pages end with
 * rows.
 */
final class ColumnSink {
  private final ColumnWriteStore store;
  private final ColumnWriter writer;
  private final PrimitiveTypeName type;
  private final int maxDefinition;
  private long rows;
  private long values;
  private long nulls;

  ColumnSink(ColumnWriteStore store, ColumnDescriptor column) {
    this.store = store;
    this.writer = store.getColumnWriter(column);
    this.type = column.getPrimitiveType().getPrimitiveTypeName();
    this.maxDefinition = column.getMaxDefinitionLevel();
  }

  /** How many rows were begun. */
  long rows() {
    return rows;
  }

  /** How many entries were written, nulls included. */
  long values() {
    return values;
  }

  long nulls() {
    return nulls;
  }

  void write(TripletBlock block) {
    for (int i = 0; i < block.size; i++) {
      int repetition = block.repetitions[i];
      int definition = block.definitions[i];
      if (repetition == 0) {
        endRow();
        rows++;
      }
      if (definition < maxDefinition) {
        writer.writeNull(repetition, definition);
        nulls++;
      } else {
        write(block, i, repetition, definition);
      }
    }
    values += block.size;
  }

  private void write(TripletBlock block, int index, int repetition, int definition) {
    switch (type) {
      case BOOLEAN -> writer.write(block.bits[index] != 0, repetition, definition);
      case INT32 -> writer.write((int) block.bits[index], repetition, definition);
      case INT64 -> writer.write(block.bits[index], repetition, definition);
      case FLOAT ->
          writer.write(Float.intBitsToFloat((int) block.bits[index]), repetition, definition);
      case DOUBLE ->
          writer.write(Double.longBitsToDouble(block.bits[index]), repetition, definition);
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 ->
          writer.write(block.binaries[index], repetition, definition);
    }
  }

  /** Ends the last row. */
  void finish() {
    endRow();
  }

  private void endRow() {
    if (rows > 0) {
      store.endRecord();
    }
  }
}
