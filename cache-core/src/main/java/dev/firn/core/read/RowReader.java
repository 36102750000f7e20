package dev.firn.core.read;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.util.PartitionUtil;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * The live rows of one generation as records, through Iceberg's own generic reader: every column by
 * field id, deletes applied. For people and tools; a rewrite never comes this way.
 *
 * <p>It takes no lock. The generation stays readable after it was superseded, for as long as its
 * grace lasts; after that {@link GenerationRemoved}.
 */
public final class RowReader {

  /** Takes rows one at a time. */
  public interface RowSink {
    /**
     * @return false to stop
     */
    boolean accept(Record row) throws IOException;
  }

  private static final int ATTEMPTS = 10;

  private final Disk disk;
  private Generation generation;
  private DeletedRows deletedRows;

  public RowReader(Disk disk, Generation generation) {
    this.disk = disk;
    this.generation = generation;
    this.deletedRows = new DeletedRows(generation);
  }

  /**
   * Reads all live rows, file by file in the order in which they landed.
   *
   * @param projection the columns wanted, with the field ids of the generation's schema
   * @return false if the sink stopped it
   */
  public boolean forEach(Schema projection, RowSink sink) throws IOException {
    for (FileScanTask file : liveFiles()) {
      if (!forEach(file, projection, sink)) {
        return false;
      }
    }
    for (LandedName landed : generation.unpublished()) {
      if (!forEach(landed, projection, sink)) {
        return false;
      }
    }
    return true;
  }

  /** Those of the generation as it is now, where what it was loaded from has been cleaned up. */
  private List<FileScanTask> liveFiles() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        if (attempt > 1) {
          generation = Generation.load(disk, generation.directory(), generation.name());
          deletedRows = new DeletedRows(generation);
        }
        return generation.liveFiles();
      } catch (Corrupt e) {
        throw removedOr(e);
      } catch (CommitConflict e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** The rows of one landed file, as {@link #forEach(Schema, RowSink)} reads them. */
  public boolean forEach(LandedName landed, Schema projection, RowSink sink) throws IOException {
    Path path = generation.paths().data().resolve(landed.format());
    try (CloseableIterable<Record> rows =
        read(new IcebergInput(disk, path.toUri().toString(), path), projection, Map.of(), null)) {
      Iterator<Record> iterator = reading(path, rows::iterator);
      while (reading(path, iterator::hasNext)) {
        if (!sink.accept(reading(path, iterator::next))) {
          return false;
        }
      }
      return true;
    }
  }

  private boolean forEach(FileScanTask file, Schema projection, RowSink sink) throws IOException {
    BitSet hidden;
    try {
      hidden = deletedRows.of(file);
    } catch (Corrupt e) {
      throw removedOr(e);
    }
    try (CloseableIterable<Record> rows = reading(file, () -> liveRows(file, projection, hidden))) {
      Iterator<Record> iterator = reading(file, rows::iterator);
      while (reading(file, iterator::hasNext)) {
        if (!sink.accept(reading(file, iterator::next))) {
          return false;
        }
      }
      return true;
    }
  }

  /** What is left of a file, with a further column at the end if anything is hidden. */
  private CloseableIterable<Record> liveRows(FileScanTask file, Schema projection, BitSet hidden) {
    if (hidden.isEmpty()) {
      return read(generation, file, projection);
    }
    Schema columns = TypeUtil.join(projection, new Schema(MetadataColumns.ROW_POSITION));
    int position = projection.columns().size();
    return CloseableIterable.filter(
        read(generation, file, columns),
        row -> !hidden.get(Math.toIntExact(row.get(position, Long.class))));
  }

  /** One step of reading; what it throws is the file's fault. What a sink throws never is. */
  private <T> T reading(FileScanTask file, Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (RuntimeException e) {
      throw unreadable(generation.io().resolve(file.file().location()), e);
    }
  }

  private <T> T reading(Path file, Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private CacheException unreadable(Path file, RuntimeException cause) throws IOException {
    return removedOr(
        new Corrupt(file, "a readable Parquet file", DiskReason.of(cause, file), cause));
  }

  private CacheException removedOr(Corrupt error) throws IOException {
    return removedOr(disk, generation, error);
  }

  /** What is wrong if a generation has gone that was there: nothing is damaged, it was retired. */
  static CacheException removedOr(Disk disk, Generation generation, Corrupt error)
      throws IOException {
    return disk.stat(generation.directory()).map(FileStat::isDirectory).orElse(false)
        ? error
        : new GenerationRemoved(generation.directory(), error);
  }

  static CloseableIterable<Record> read(Generation generation, FileScanTask file, Schema schema) {
    Map<Integer, ?> constants =
        PartitionUtil.constantsMap(file, IdentityPartitionConverters::convertConstant);
    return read(
        generation.io().newInputFile(file.file().location()), schema, constants, generation);
  }

  /** A file as it is, without values that only a table knows. */
  static CloseableIterable<Record> read(
      Disk disk, Generation generation, Path file, Schema schema) {
    return read(
        new IcebergInput(disk, file.toUri().toString(), file), schema, Map.of(), generation);
  }

  /**
   * @param generation that the file was added to; null if it landed, and so is Firn's
   */
  private static CloseableIterable<Record> read(
      InputFile file, Schema schema, Map<Integer, ?> constants, @Nullable Generation generation) {
    @Nullable NameMapping names = generation == null ? null : generation.nameMapping();
    Parquet.ReadBuilder builder = Parquet.read(file).project(schema);
    if (names != null) {
      builder.withNameMapping(names);
    }
    return builder
        .createReaderFunc(
            fileSchema -> {
              if (generation != null && names == null) {
                requireIds(schema, constants.keySet(), generation, fileSchema);
              }
              return GenericParquetReaders.buildReader(schema, fileSchema, constants);
            })
        .build();
  }

  /** Iceberg's reader would show NULL for a field that has no id. */
  private static void requireIds(
      Schema schema, Set<Integer> constants, Generation generation, MessageType file) {
    StrangeField.find(schema, constants, generation.metadata().lastColumnId(), file)
        .ifPresent(
            field -> {
              throw new IllegalArgumentException("a " + field);
            });
  }
}
