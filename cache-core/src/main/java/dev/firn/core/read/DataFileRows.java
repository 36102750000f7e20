package dev.firn.core.read;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Supplier;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The rows of a data file as they are in it, by position, those that delete files hide too: for
 * whoever decides by their values which of them go. Reads no other column than those asked for, and
 * holds one row at a time.
 */
public final class DataFileRows {

  /** Takes rows one at a time. */
  public interface Sink {
    /**
     * @param position from 0 on, without a gap
     * @param row the values in Iceberg's internal form, as {@link
     *     dev.firn.core.condition.Bound.Row} has them; the next row reuses it
     * @return false to stop
     */
    boolean accept(long position, StructLike row) throws IOException;
  }

  private final Disk disk;
  private final Generation generation;

  public DataFileRows(Disk disk, Generation generation) {
    this.disk = disk;
    this.generation = generation;
  }

  /**
   * @param columns with the field ids of the generation's schema; values are in this order
   * @return false if the sink stopped it
   * @throws Corrupt if the file cannot be read, or holds another number of rows than the table says
   */
  public boolean forEach(FileScanTask file, Schema columns, Sink sink) throws IOException {
    InternalRecordWrapper row = new InternalRecordWrapper(columns.asStruct());
    long position = 0;
    try (CloseableIterable<Record> open =
        reading(file, () -> RowReader.read(generation, file, columns))) {
      Iterator<Record> rows = reading(file, open::iterator);
      while (reading(file, rows::hasNext)) {
        if (!sink.accept(position++, row.wrap(reading(file, rows::next)))) {
          return false;
        }
      }
    }
    if (position != file.file().recordCount()) {
      throw new Corrupt(
          generation.io().resolve(file.file().location()),
          file.file().recordCount() + " rows",
          position + " rows");
    }
    return true;
  }

  /**
   * The rows of a file that no snapshot need know: landed, superseded, in quarantine, a copy.
   *
   * @param columns with the field ids of the generation's schema; null in every row where the file
   *     lacks them
   * @return false if the sink stopped it
   * @throws Corrupt if it cannot be read
   */
  public boolean forEach(Path file, Schema columns, Sink sink) throws IOException {
    InternalRecordWrapper row = new InternalRecordWrapper(columns.asStruct());
    long position = 0;
    try (CloseableIterable<Record> open =
        reading(file, () -> RowReader.read(disk, generation, file, columns))) {
      Iterator<Record> rows = reading(file, open::iterator);
      while (reading(file, rows::hasNext)) {
        if (!sink.accept(position++, row.wrap(reading(file, rows::next)))) {
          return false;
        }
      }
    }
    return true;
  }

  private static <T> T reading(Path file, Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (RuntimeException e) {
      throw new Corrupt(file, "a readable Parquet file", String.valueOf(e.getMessage()), e);
    }
  }

  /** One step of reading; what it throws is the file's fault. What a sink throws never is. */
  private <T> T reading(FileScanTask file, Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private IOException unreadable(FileScanTask file, RuntimeException cause) throws IOException {
    return RowReader.removedOr(
        disk,
        generation,
        new Corrupt(
            generation.io().resolve(file.file().location()),
            "a readable Parquet file",
            String.valueOf(cause.getMessage()),
            cause));
  }
}
