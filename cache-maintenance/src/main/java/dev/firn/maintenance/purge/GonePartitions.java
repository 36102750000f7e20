package dev.firn.maintenance.purge;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.drop.DroppedDatasets;
import dev.firn.maintenance.retain.RetentionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where rows of a dataset may still be whose partition is no more, since the dataset was dropped:
 * archives and copies of repairs, which a drop leaves, and what an interrupted drop has renamed
 * aside. No table says what is in them, so a purge names them and does not look at them; the last
 * it removes. Reads only.
 */
final class GonePartitions {
  /** No archive can be there. */
  private static final Set<String> OWN =
      Set.of(CacheDirectory.DATASETS, HeldAppends.HELD, CacheDirectory.MAINTENANCE);

  private final Disk disk;
  private final CacheDirectory cache;
  private final RetentionConfig retention;

  /**
   * @param retention says where archives are
   */
  GonePartitions(Disk disk, CacheDirectory cache, RetentionConfig retention) {
    this.disk = disk;
    this.cache = cache;
    this.retention = retention;
  }

  /**
   * Directories, each with all that is below it.
   *
   * @param before the dataset's partitions when the purge began: one that came since was not purged
   */
  List<Path> find(String dataset, List<Partition> before) throws IOException {
    Set<String> present = new HashSet<>();
    for (Partition partition : before) {
      present.add(partition.path());
    }
    List<Path> gone = new ArrayList<>(new DroppedDatasets(disk, cache).list(dataset));
    Optional<String> archive = retention.policy(dataset).archive();
    if (archive.isPresent()) {
      Path base = cache.root().resolve(archive.get()).normalize();
      boolean outside =
          !cache.root().startsWith(base)
              && OWN.stream().noneMatch(name -> base.startsWith(cache.root().resolve(name)));
      if (outside) {
        collect(base.resolve(dataset), CacheDirectory.DATASETS + "/" + dataset, present, gone);
      }
    }
    Path repairs = cache.maintenance().resolve("repair");
    for (String repair : names(repairs)) {
      String path = CacheDirectory.DATASETS + "/" + dataset;
      collect(repairs.resolve(repair).resolve(path), path, present, gone);
    }
    return gone;
  }

  /** A directory is a partition's if it holds anything but partitions. */
  private void collect(Path directory, String path, Set<String> present, List<Path> gone)
      throws IOException {
    boolean own = false;
    for (String name : names(directory)) {
      if (name.contains("=")) {
        collect(directory.resolve(name), path + "/" + name, present, gone);
      } else {
        own = true;
      }
    }
    if (own && !present.contains(path)) {
      gone.add(directory);
    }
  }

  private List<String> names(Path directory) throws IOException {
    return disk.stat(directory).map(FileStat::isDirectory).orElse(false)
        ? disk.list(directory)
        : List.of();
  }
}
