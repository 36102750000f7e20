package dev.firn.maintenance.reconcile;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.quarantine.QuarantineRecord;
import dev.firn.maintenance.report.Litter;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Snapshot;

/**
 * Counts the {@link Litter} in a live generation. Reads only, and is for a report: what cannot be
 * read is none, since {@code verify} names that.
 *
 * <p>As a rule it lists {@code data/} and reads nothing: where no more files lie there than the
 * current snapshot counts, none is too many. (One that is missing would hide one that is too many;
 * {@code verify} compares names.) Else the names are in memory and the manifests of the kept
 * snapshots, one at a time, are taken out of them.
 *
 * <p>No litter: temporary names, which the sweep removes; what landed and is not published; what
 * was put into quarantine; in a partitioned table what landed, because publishing splits it; what
 * is younger than the grace of orphans, since somebody may be about to commit it.
 */
public final class LitterInspector {
  private static final int DEEPEST = 8;

  private final Disk disk;
  private final MaintenanceConfig config;
  private final ObservedTime time;

  public LitterInspector(Disk disk, MaintenanceConfig config, ObservedTime time) {
    this.disk = disk;
    this.config = config;
    this.time = time;
  }

  /**
   * What was found.
   *
   * @param isWaiting whether other files may be litter when they are older
   */
  public record Finding(Litter litter, boolean isWaiting) {
    static final Finding NONE = new Finding(Litter.NONE, false);
  }

  public Finding inspect(Live live) throws IOException {
    Generation generation = live.generation();
    Set<Path> files = new HashSet<>();
    try {
      list(generation, generation.paths().data(), 0, files);
    } catch (NoSuchFileException e) {
      return Finding.NONE;
    }
    if (files.size() <= counted(generation)) {
      return Finding.NONE;
    }
    try {
      new NamedDataFiles(generation).takeOutOf(files);
    } catch (IOException | RuntimeException e) {
      return Finding.NONE;
    }
    long count = 0;
    long bytes = 0;
    boolean waiting = false;
    for (Path file : files) {
      Optional<FileStat> stat = disk.stat(file).filter(FileStat::isFile);
      if (stat.isEmpty()) {
        continue;
      }
      if (time.age(stat.get().modified()).compareTo(config.orphanGrace()) < 0) {
        waiting = true;
      } else {
        count++;
        bytes += stat.get().sizeBytes();
      }
    }
    return new Finding(new Litter(count, bytes), waiting);
  }

  private void list(Generation generation, Path directory, int depth, Set<Path> files)
      throws IOException {
    Set<String> quarantined = depth == 0 ? generation.quarantined() : Set.of();
    boolean partitioned = generation.metadata().spec().isPartitioned();
    for (String name : disk.list(directory)) {
      Optional<LandedName> landed = depth == 0 ? LandedName.parse(name) : Optional.empty();
      boolean known =
          DurableFiles.isTemporary(name)
              || (landed.isPresent()
                  && (partitioned || landed.get().number() > generation.published()))
              || (!quarantined.isEmpty()
                  && quarantined.contains(QuarantineRecord.id(generation.name(), name)));
      if (known) {
        continue;
      }
      Path path = directory.resolve(name);
      if (name.endsWith(".parquet") || !disk.isDirectory(path)) {
        files.add(path);
      } else if (depth < DEEPEST) {
        list(generation, path, depth + 1, files);
      }
    }
  }

  /** How many files the current snapshot has; negative if it does not say, or some share a file. */
  private static long counted(Generation generation) {
    Snapshot snapshot = generation.metadata().currentSnapshot();
    if (snapshot == null) {
      return 0;
    }
    try {
      var summary = snapshot.summary();
      return Long.parseLong(summary.getOrDefault("total-delete-files", "0")) > 0
          ? -1
          : Long.parseLong(summary.getOrDefault("total-data-files", "-1"));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
