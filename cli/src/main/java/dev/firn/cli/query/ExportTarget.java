package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.DatasetExport;
import dev.firn.cli.sql.DatasetExport.Format;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The directory that an export goes to, one directory a partition in it. */
final class ExportTarget {
  private final Session session;
  private final Path target;

  /**
   * @throws UsageException if it is in the cache
   */
  ExportTarget(Session session, Path to) throws IOException {
    this.session = session;
    this.target = OutsideTheCache.require(session, to, "--to", "is");
  }

  /**
   * Where the files of each partition go. What a killed export left there is named: it cannot be
   * told from what another one is writing just now.
   *
   * @throws UsageException if there are files already
   */
  Map<Partition, Path> directories(List<Partition> partitions, Format format) throws IOException {
    Map<Partition, Path> directories = new LinkedHashMap<>();
    for (Partition candidate : partitions) {
      Path directory = target.resolve(candidate.dataset());
      for (Map.Entry<String, String> key : candidate.keys().entrySet()) {
        directory = directory.resolve(key.getKey() + "=" + key.getValue());
      }
      look(directory, format);
      directories.put(candidate, directory);
    }
    return directories;
  }

  private void look(Path directory, Format format) throws IOException {
    Disk disk = session.disk();
    if (disk.stat(directory).isEmpty()) {
      return;
    }
    for (String name : disk.list(directory)) {
      Path file = directory.resolve(name);
      if (DatasetExport.isPart(name, format)) {
        throw new UsageException(file + " is there already; remove it, or export elsewhere");
      }
      if (DatasetExport.isLeft(name)) {
        session.note(
            file
                + " is left of an export that was killed, "
                + disk.stat(file).map(FileStat::modified).map(t -> "at " + t).orElse("now gone")
                + "; remove it, unless another export is running there");
      }
    }
  }

  void ensure(Path directory) throws IOException {
    Disk disk = session.disk();
    if (disk.stat(directory).isPresent()) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      ensure(parent);
    }
    try {
      disk.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      return; // somebody else made it
    }
  }
}
