package dev.firn.maintenance.rewrite;

import dev.firn.core.parquet.ParquetFileOutput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.bloomfilter.BloomFilterWriteStore;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Encodes with Parquet's own writers: dictionaries and pages of a megabyte at most. */
final class UsualChunkWriter implements ChunkWriter {
  private final ColumnWriteStore store;
  private final ColumnWriter writer;
  private final PrimitiveTypeName type;
  private final int maxDefinition;

  /**
   * @param only a schema with the column alone
   * @param pageRows the most rows of a page
   */
  UsualChunkWriter(
      MessageType only,
      ColumnDescriptor column,
      CountedPages pages,
      BloomFilterWriteStore filters,
      int pageRows) {
    ParquetProperties properties =
        ParquetFileOutput.properties()
            .withPageRowCountLimit(Math.min(pageRows, MAX_PAGE_ENTRIES))
            // Else a hundred values come into a page before its size is looked at.
            .withMinRowCountForPageSizeCheck(1)
            .build();
    this.store = properties.newColumnWriteStore(only, leaf -> pages, filters);
    this.writer = store.getColumnWriter(column);
    this.type = column.getPrimitiveType().getPrimitiveTypeName();
    this.maxDefinition = column.getMaxDefinitionLevel();
  }

  @Override
  public void write(TripletBlock block, int index) {
    int repetition = block.repetitions[index];
    int definition = block.definitions[index];
    if (definition < maxDefinition) {
      writer.writeNull(repetition, definition);
      return;
    }
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

  @Override
  public void endRow() {
    store.endRecord();
  }

  @Override
  public long heldBytes() {
    return store.getBufferedSize();
  }

  /** What it holds is bounded, whatever it is given. */
  @Override
  public boolean holdLess() {
    return true;
  }

  @Override
  public boolean isWorthHolding() {
    return false;
  }

  @Override
  public void finish() {
    store.flush();
    store.close();
  }
}
