package dev.firn.core.read;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Which rows of a data file its table's delete files hide: deletion vectors, position deletes, and
 * equality deletes that are newer than the file.
 */
public final class DeletedRows {
  private final Generation generation;

  public DeletedRows(Generation generation) {
    this.generation = generation;
  }

  /**
   * Gives each hidden row's position (0 is the file's first row) once, in no particular order.
   *
   * @throws Corrupt if a delete file, or the data file where its values decide, cannot be read
   */
  public void forEach(FileScanTask file, LongConsumer position) throws IOException {
    if (file.deletes().isEmpty()) {
      return;
    }
    try {
      if (file.deletes().stream().noneMatch(DeletedRows::isEquality)) {
        PositionDeleteIndex index =
            new BaseDeleteLoader(delete -> generation.io().newInputFile(delete.location()))
                .loadPositionDeletes(file.deletes(), file.file().location());
        index.forEach(
            at -> {
              if (at < file.file().recordCount()) {
                position.accept(at);
              }
            });
      } else {
        forEachNotSurviving(file, position);
      }
    } catch (CacheException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new Corrupt(
          generation.paths().resolve(file.file().location()),
          "readable delete files",
          String.valueOf(e.getMessage()),
          e);
    }
  }

  /** How many rows of the file are live. */
  public long liveRows(FileScanTask file) throws IOException {
    if (file.deletes().isEmpty()) {
      return file.file().recordCount();
    }
    if (file.deletes().size() == 1 && isDeletionVector(file.deletes().get(0))) {
      return file.file().recordCount() - file.deletes().get(0).recordCount();
    }
    long[] deleted = {0};
    forEach(file, at -> deleted[0]++);
    return file.file().recordCount() - deleted[0];
  }

  private void forEachNotSurviving(FileScanTask file, LongConsumer position) throws IOException {
    Schema positionOnly = new Schema(MetadataColumns.ROW_POSITION);
    GenericDeleteFilter filter =
        new GenericDeleteFilter(
            generation.io(), file, generation.metadata().schema(), positionOnly);
    long expected = 0;
    try (CloseableIterable<Record> survivors =
        filter.filter(RowReader.read(generation, file, filter.requiredSchema()))) {
      for (Record survivor : survivors) {
        long at = (Long) survivor.getField(MetadataColumns.ROW_POSITION.name());
        while (expected < at) {
          position.accept(expected++);
        }
        expected = at + 1;
      }
    }
    while (expected < file.file().recordCount()) {
      position.accept(expected++);
    }
  }

  private static boolean isEquality(DeleteFile delete) {
    return delete.content() == FileContent.EQUALITY_DELETES;
  }

  private static boolean isDeletionVector(DeleteFile delete) {
    return delete.format() == FileFormat.PUFFIN;
  }
}
