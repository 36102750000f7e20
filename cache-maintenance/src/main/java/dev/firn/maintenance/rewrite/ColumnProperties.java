package dev.firn.maintenance.rewrite;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.schema.MessageType;

/**
 * How a column chunk is encoded.
 *
 * <p>By default a dictionary is given up at 1 MB and a page ends at 1 MB of values before encoding.
 * That is 256 values of 4 KB, but eight of 128 KB: with nine distinct texts of 128 KB the
 * dictionary is lost, and each text is then written as often as it occurs, a hundred times an
 * exchange. Two kinds of binary chunk therefore get a dictionary as large as they need, see {@link
 * DistinctChunkWriter}:
 *
 * <ul>
 *   <li>{@link #FAT}: the values take {@value #FAT_VALUE_BYTES} bytes or more on average, a
 *       repeated value of a dictionary counted once. No minima and maxima either, which cost two
 *       comparisons of such a value a row and help no query.
 *   <li>{@link #REPETITIVE}: the values are smaller, but written out they would take more than an
 *       encoder may hold. 400 distinct texts of 3 KB are 1.2 MB, too much for the default
 *       dictionary, and on 100,000 rows 300 MB.
 * </ul>
 *
 * Everything else is {@link #USUAL}: forty distinct texts of 3 KB are a dictionary of 120 KB.
 */
enum ColumnProperties {
  USUAL,
  REPETITIVE,
  FAT;

  static final int FAT_VALUE_BYTES = 4096;

  /**
   * @param averageValueBytes see {@link PageScan.ChunkSize}
   * @param values how many entries the batch's inputs hold
   */
  static ColumnProperties of(
      ColumnDescriptor column, double averageValueBytes, double values, long encoderBytes) {
    if (!DistinctChunkWriter.takes(column)) {
      return USUAL;
    }
    if (averageValueBytes >= FAT_VALUE_BYTES) {
      return FAT;
    }
    return averageValueBytes * values > encoderBytes ? REPETITIVE : USUAL;
  }

  /**
   * @param only a schema with the column alone
   * @param pageRows the most rows of a page
   */
  ChunkWriter encoder(
      MessageType only,
      ColumnDescriptor column,
      CountedPages pages,
      ColumnChunkPageWriteStore store,
      int pageRows) {
    return switch (this) {
      case USUAL -> new UsualChunkWriter(only, column, pages, store, pageRows);
      case REPETITIVE -> new DistinctChunkWriter(column, pages, true, pageRows);
      case FAT -> new DistinctChunkWriter(column, pages, false, pageRows);
    };
  }
}
