package dev.firn.core.read;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.util.StructLikeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys that some equality deletes by the same columns delete, each with the highest sequence
 * number that deletes it.
 */
final class DeletedKeys {
  /** Map entry, wrappers and the record's own arrays of a key with one column. */
  private static final int KEY_BYTES = 200;

  private static final int VALUE_BYTES = 24;

  private final Schema columns;
  private final Schema rowColumns;
  private final InternalRecordWrapper key;
  private final InternalRecordWrapper row;
  private final StructLikeMap<Long> newest;
  private final Set<String> files = new HashSet<>();
  private long bytes;

  /**
   * @param columns those that the deletes compare
   */
  DeletedKeys(Schema columns) {
    this.columns = columns;
    this.rowColumns = TypeUtil.join(columns, new Schema(MetadataColumns.ROW_POSITION));
    this.key = new InternalRecordWrapper(columns.asStruct());
    this.row = new InternalRecordWrapper(rowColumns.asStruct());
    this.newest = StructLikeMap.create(columns.asStruct());
  }

  /** What is to be read of a delete file. */
  Schema columns() {
    return columns;
  }

  /** What is to be read of a data file: the same, then the position of the row. */
  Schema rowColumns() {
    return rowColumns;
  }

  /** About how much memory the keys take. */
  long bytes() {
    return bytes;
  }

  /** Notes a delete file. False if its keys are here already. */
  boolean isNew(DeleteFile delete) {
    return files.add(delete.location());
  }

  void add(Record deleted, long sequence) {
    StructLike added = key.copyFor(deleted);
    @Nullable Long known = newest.get(added);
    if (known == null) {
      bytes += KEY_BYTES + bytes(deleted);
    }
    if (known == null || known < sequence) {
      newest.put(added, sequence);
    }
  }

  void forget() {
    newest.clear();
    bytes = 0;
  }

  /**
   * @param rows a data file's, with {@link #rowColumns}
   * @param sequence the data file's
   */
  void hide(Iterable<Record> rows, long sequence, BitSet hidden) {
    if (newest.isEmpty()) {
      return;
    }
    int position = columns.columns().size();
    for (Record record : rows) {
      // The wrapper has one field more than the keys, at the end, which nothing compares.
      @Nullable Long deleted = newest.get(row.wrap(record));
      if (deleted != null && deleted > sequence) {
        hidden.set(Math.toIntExact(record.get(position, Long.class)));
      }
    }
  }

  private static long bytes(Record record) {
    long sum = 0;
    for (int i = 0; i < record.size(); i++) {
      @Nullable Object value = record.get(i);
      sum += VALUE_BYTES;
      if (value instanceof CharSequence text) {
        sum += VALUE_BYTES + 2L * text.length();
      } else if (value instanceof ByteBuffer buffer) {
        sum += VALUE_BYTES + buffer.remaining();
      } else if (value instanceof byte[] array) {
        sum += array.length;
      } else if (value instanceof Record nested) {
        sum += VALUE_BYTES + bytes(nested);
      }
    }
    return sum;
  }
}
