package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.sweep.SweepInspector;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks a cache: reads everything, changes nothing, stops at nothing, and reports every violation.
 *
 * <p>The quick check goes from each cursor down to the footers of the data files. The full check
 * decodes every page besides. Both work beside running writers and passes, without a lock.
 */
public final class CacheVerifier {
  private final ReadOnlyDisk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;

  public CacheVerifier(
      Disk disk, CacheDirectory cache, MaintenanceConfig config, InstantSource clock) {
    this.disk = new ReadOnlyDisk(disk);
    this.cache = new CacheDirectory(this.disk, cache.root());
    this.config = config;
    this.clock = clock;
  }

  /**
   * @param datasets only these; all if empty
   * @throws IOException only if the cache's own directories cannot be listed
   */
  public VerifyReport verify(List<String> datasets, boolean full, VerifyListener listener)
      throws IOException {
    Instant started = clock.instant();
    Findings elsewhere = new Findings(cache);
    LockFiles.check(disk, cache.root().resolve(CacheDirectory.CREATE_LOCK), elsewhere);
    ObservedTime time = ObservedTime.read(disk, cache, started, Uptime.ofThisMachine());
    SweepInspector sweep = new SweepInspector(disk, cache, config, time, true);
    List<VerifiedPartition> verified = new ArrayList<>();
    List<Partition> partitions = partitions(datasets, elsewhere);
    for (Partition partition : partitions) {
      listener.started(partition, verified.size(), partitions.size());
      VerifiedPartition result =
          new PartitionCheck(disk, cache, sweep, partition, listener).check(full);
      verified.add(result);
      listener.finished(result);
    }
    return new VerifyReport(
        full,
        verified,
        elsewhere.sorted(),
        Duration.between(started, clock.instant()).toMillis(),
        disk.refused());
  }

  /** The quick check of one partition, without what is elsewhere. */
  public VerifiedPartition verify(Partition partition) {
    ObservedTime time = ObservedTime.read(disk, cache, clock.instant(), Uptime.ofThisMachine());
    SweepInspector sweep = new SweepInspector(disk, cache, config, time, true);
    return new PartitionCheck(disk, cache, sweep, partition, new VerifyListener() {}).check(false);
  }

  /** Those that are there, and those for which something is held. */
  private List<Partition> partitions(List<String> datasets, Findings elsewhere) throws IOException {
    Map<String, Partition> partitions = new TreeMap<>();
    for (Partition partition : new HeldCheck(disk, cache).partitions(elsewhere)) {
      if (datasets.isEmpty() || datasets.contains(partition.dataset())) {
        partitions.put(partition.path(), partition);
      }
    }
    for (String dataset : datasets.isEmpty() ? cache.datasets() : datasets) {
      cache.partitions(dataset).forEach(partition -> partitions.put(partition.path(), partition));
    }
    return List.copyOf(partitions.values());
  }
}
