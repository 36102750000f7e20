package dev.firn.maintenance.swap;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.swap.FileCarrier.CarriedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;

/**
 * Builds a generation of the files of an earlier one and of what was added to the live one since:
 * all by hard link, none is read. It has the live one's schema and properties, which appends may
 * have changed since, and says that it was made from it (I3: a restore goes forward).
 *
 * <p>As {@link GenerationRewrite}: nothing reads the building directory, the caller holds the
 * lease.
 */
final class GenerationRestore {
  private final Disk disk;
  private final Live state;
  private final FileCarrier carrier;
  private final Map<String, String> carried = new HashMap<>();
  private long bytesWritten;

  GenerationRestore(Disk disk, Live state) {
    this.disk = disk;
    this.state = state;
    this.carrier = new FileCarrier(disk);
  }

  /**
   * @param earlier whose files come back
   * @param earlierFiles its live files
   * @param added files of the live generation that stay
   * @param rowsIn all published rows of the live generation
   */
  BuiltGeneration build(
      Generation earlier,
      List<FileScanTask> earlierFiles,
      List<FileScanTask> added,
      long rowsIn,
      GenerationName name,
      long nowMillis)
      throws IOException {
    Generation live = state.generation();
    GenerationBuilder builder = GenerationBuilder.create(disk, state.partition(), live, name);
    try {
      List<DataFile> files = new ArrayList<>(carry(earlier, earlierFiles, builder));
      files.addAll(carry(live, added, builder));
      long rowsOut = files.stream().mapToLong(DataFile::recordCount).sum();
      GenerationProof proof =
          new GenerationProof(
              name,
              live.name(),
              live.metadataFile(),
              Objects.requireNonNullElse(live.metadata().uuid(), ""),
              rowsIn,
              rowsOut,
              DroppedRows.none(),
              rowsOut - rowsIn,
              "restore");
      builder.commit(files, proof, nowMillis);
      requireAll(builder, rowsOut);
      return new BuiltGeneration(
          name,
          builder,
          proof,
          files.size(),
          0,
          carried,
          files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
          bytesWritten);
    } catch (IOException | RuntimeException | Error e) {
      Trees.removeOwn(disk, builder.building(), e);
      throw e;
    }
  }

  private List<DataFile> carry(Generation from, List<FileScanTask> files, GenerationBuilder builder)
      throws IOException {
    Set<String> locations =
        files.stream().map(task -> task.file().location()).collect(Collectors.toSet());
    List<DataFile> over = new ArrayList<>();
    Set<String> found = new HashSet<>();
    for (FileScanTask task : from.liveFilesWithStatistics(locations)) {
      CarriedFile file = carrier.carry(from, task, builder);
      carried.put(task.file().location(), file.file().location());
      bytesWritten += file.bytesWritten();
      over.add(file.file());
      found.add(task.file().location());
    }
    if (!found.equals(locations)) {
      locations.removeAll(found);
      throw new Corrupt(from.directory(), "data files " + locations, "no longer in the snapshot");
    }
    return over;
  }

  /** Reads the new generation back as a reader would. */
  private void requireAll(GenerationBuilder builder, long rowsOut) throws IOException {
    Generation built = builder.load();
    long rows = 0;
    for (FileScanTask task : built.liveFiles()) {
      rows += task.file().recordCount();
      if (disk.stat(built.io().resolve(task.file().location())).isEmpty()) {
        throw new Corrupt(builder.building(), task.file().location(), "nothing");
      }
    }
    if (rows != rowsOut) {
      throw new Corrupt(builder.building(), rowsOut + " rows", rows + " rows");
    }
  }
}
