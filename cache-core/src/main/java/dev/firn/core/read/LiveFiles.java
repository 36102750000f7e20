package dev.firn.core.read;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.condition.Bound;
import dev.firn.core.condition.ColumnStatistics;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.core.plain.PlainFiles;
import dev.firn.core.plain.PlainFiles.LiveFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The files that hold the live rows of a generation at one instant, for readers of Parquet that
 * know nothing of tables.
 *
 * <p>The files stay as they are for as long as the generation is there: a live generation only
 * grows (I3), and a superseded one stays for its grace.
 *
 * @param generation as it was at that instant
 * @param whole files all rows of which are live
 * @param partial files of which some rows are live, with the positions of the others
 * @param left how many files were left out, because no row in them can match
 */
public record LiveFiles(
    Generation generation, List<Path> whole, Map<Path, BitSet> partial, int left) {
  private static final int ATTEMPTS = 10;

  public LiveFiles {
    whole = List.copyOf(whole);
    partial = new LinkedHashMap<>(partial);
  }

  /**
   * Finds the files with rows that a condition may be true of.
   *
   * @param condition on the generation's schema; makes a condition for the schema that is found
   * @param constants the value of a column that is not in the files, by name
   * @throws Corrupt if metadata or delete files cannot be read
   * @throws dev.firn.core.CacheException.GenerationRemoved if the generation has gone
   */
  public static LiveFiles of(
      Disk disk,
      Generation found,
      Function<Generation, Optional<Bound>> condition,
      Map<String, String> constants)
      throws IOException {
    Generation generation = found;
    for (int attempt = 1; ; attempt++) {
      try {
        if (attempt > 1) {
          generation = Generation.load(disk, found.directory(), found.name());
        }
        Optional<Bound> bound = condition.apply(generation);
        if (bound.isEmpty()) {
          return all(disk, generation);
        }
        return bound.get().mayMatch(unknownBut(bound.get(), constants))
            ? of(generation, bound, constants)
            : none(disk, generation);
      } catch (Corrupt e) {
        throw RowReader.removedOr(disk, generation, e);
      } catch (CommitConflict e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Where the constants alone rule every row out, no file is asked about its own. */
  private static LiveFiles none(Disk disk, Generation generation) throws IOException {
    Optional<List<LiveFile>> plain = plain(disk, generation);
    int published = plain.isPresent() ? plain.get().size() : generation.liveFiles().size();
    return new LiveFiles(
        generation, List.of(), Map.of(), published + generation.unpublished().size());
  }

  /** The published files of a table in which nothing is unusual, and nothing deleted. */
  private static Optional<List<LiveFile>> plain(Disk disk, Generation generation) {
    TableMetadata metadata = generation.metadata();
    @Nullable Snapshot snapshot = metadata.currentSnapshot();
    return snapshot == null
            || snapshot.manifestListLocation() == null
            || metadata.formatVersion() != 2
            || metadata.specs().size() != 1
            || !metadata.spec().isUnpartitioned()
        ? Optional.empty()
        : PlainFiles.find(
            disk, generation.paths(), snapshot.manifestListLocation(), metadata.defaultSpecId());
  }

  /** Without a condition nothing is asked of a file but where it is and what is deleted in it. */
  private static LiveFiles all(Disk disk, Generation generation) throws IOException {
    Optional<List<LiveFile>> plain = plain(disk, generation);
    if (plain.isEmpty()) {
      return of(generation, Optional.empty(), Map.of());
    }
    List<Path> whole =
        new ArrayList<>(
            generation.io().resolveAll(plain.get().stream().map(LiveFile::location).toList()));
    for (LandedName name : generation.unpublished()) {
      whole.add(generation.paths().data().resolve(name.format()));
    }
    return new LiveFiles(generation, whole, Map.of(), 0);
  }

  private static LiveFiles of(
      Generation generation, Optional<Bound> condition, Map<String, String> constants)
      throws IOException {
    List<Path> whole = new ArrayList<>();
    Map<Path, BitSet> partial = new LinkedHashMap<>();
    List<FileScanTask> files =
        condition.isEmpty()
            ? generation.liveFiles()
            : generation.liveFilesWithStatisticsOf(
                condition.get().columns().stream()
                    .map(Types.NestedField::name)
                    .filter(name -> !constants.containsKey(name))
                    .toList());
    int left = 0;
    DeletedRows deletedRows = new DeletedRows(generation);
    for (FileScanTask file : files) {
      if (condition.isPresent() && !mayMatch(condition.get(), file, constants)) {
        left++;
        continue;
      }
      Path path = generation.io().resolve(file.file().location());
      BitSet hidden = file.deletes().isEmpty() ? new BitSet() : deletedRows.of(file);
      if (hidden.isEmpty()) {
        whole.add(path);
      } else if (hidden.cardinality() < file.file().recordCount()) {
        partial.put(path, hidden);
      }
    }
    // What landed has no statistics outside of its own footer.
    for (LandedName name : generation.unpublished()) {
      whole.add(generation.paths().data().resolve(name.format()));
    }
    return new LiveFiles(generation, whole, partial, left);
  }

  private static boolean mayMatch(
      Bound condition, FileScanTask file, Map<String, String> constants) {
    return condition.mayMatch(
        column -> {
          Types.NestedField field = condition.columns().get(column);
          @Nullable String constant = constants.get(field.name());
          return constant == null
              ? ColumnStatistics.of(file.file(), field)
              : ColumnStatistics.constant(constant);
        });
  }

  private static Bound.Statistics unknownBut(Bound condition, Map<String, String> constants) {
    return column -> {
      @Nullable String constant = constants.get(condition.columns().get(column).name());
      return constant == null ? ColumnStatistics.UNKNOWN : ColumnStatistics.constant(constant);
    };
  }
}
