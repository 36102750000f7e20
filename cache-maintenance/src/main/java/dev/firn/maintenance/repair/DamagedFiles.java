package dev.firn.maintenance.repair;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.maintenance.quarantine.QuarantineRecord.Kind;
import dev.firn.maintenance.verify.DataFileProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;

/** Finds the files of a live generation that cannot be read. Reads only. */
final class DamagedFiles {
  private final Disk disk;
  private final boolean full;
  private final Set<String> suspects;

  /**
   * @param full decode every file
   * @param suspects locations of files to decode all the same: a rewrite could not read them
   */
  DamagedFiles(Disk disk, boolean full, Set<String> suspects) {
    this.disk = disk;
    this.full = full;
    this.suspects = Set.copyOf(suspects);
  }

  /** None if the disk refuses to read what is there: that is no fault of the files. */
  List<DamagedFile> find(Generation generation) throws IOException {
    DataFileProbe probe = new DataFileProbe(disk);
    List<DamagedFile> damaged = new ArrayList<>();
    for (LandedName name : generation.unpublished()) {
      Path path = generation.paths().data().resolve(name.format());
      Optional<String> why = probe.trouble(path, full);
      if (why.isPresent() && !probe.isMissing(path)) {
        OptionalLong rows = probe.rows(path).map(OptionalLong::of).orElse(OptionalLong.empty());
        damaged.add(
            new DamagedFile(
                Kind.LANDED, name.format(), path, rows, plain(why.get(), path), List.of()));
      }
    }
    List<FileScanTask> files;
    try {
      files = generation.liveFiles();
    } catch (Corrupt e) {
      return probe.refused() ? List.of() : damaged; // the way to them is damaged: verify says so
    }
    for (FileScanTask task : files) {
      examine(generation, task, probe).ifPresent(damaged::add);
    }
    return probe.refused() ? List.of() : damaged;
  }

  private Optional<DamagedFile> examine(
      Generation generation, FileScanTask task, DataFileProbe probe) throws IOException {
    String location = task.file().location();
    Path path;
    try {
      path = generation.io().resolve(location);
    } catch (Corrupt e) {
      return Optional.empty();
    }
    boolean missing = probe.isMissing(path);
    if (!missing && task.file().format() != FileFormat.PARQUET) {
      return Optional.empty();
    }
    Optional<String> why =
        missing
            ? Optional.of("it is not there")
            : probe.trouble(path, full || suspects.contains(location));
    return why.map(
        reason ->
            new DamagedFile(
                missing ? Kind.MISSING : Kind.DATA,
                location,
                path,
                OptionalLong.of(task.file().recordCount()),
                plain(reason, path),
                task.deletes().stream().map(DeleteFile::location).distinct().toList()));
  }

  /** Without the directory: a cache may be moved. */
  private static String plain(String why, Path path) {
    return why.replace(path.getParent() + "/", "");
  }
}
