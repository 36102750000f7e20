package dev.firn.maintenance.status;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.SettledName;
import dev.firn.core.plain.PlainFiles.LiveFile;
import dev.firn.core.plain.PlainPartition;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.plan.CompactionPlan;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlanner;
import dev.firn.maintenance.plan.PartitionSnapshot;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.retain.OldRows;
import dev.firn.maintenance.status.PartitionFacts.LiveFacts;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The facts of a {@link PlainPartition} of which no pass remembers anything in particular, and
 * whose rows neither have an age at which they go nor are old: the same that {@link
 * InspectedPartitions} finds, at a tenth of the time that a process takes to load what that needs.
 * What would be done about it the same planner says, from the same numbers.
 */
final class PlainLook {
  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final CompactionPlanner planner;
  private final PassMemory memory;
  private final long oldBeforeMicros;

  PlainLook(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      PassMemory memory,
      InstantSource clock) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.planner = new CompactionPlanner(config);
    this.memory = memory;
    this.oldBeforeMicros = OldRows.beforeMicros(clock.instant());
  }

  /** Empty for every other partition. */
  Optional<LiveFacts> find(Partition partition) {
    if (config.retention().policy(partition.dataset()).drops()
        || isRemembered(partition)
        || isHeldFor(partition)) {
      return Optional.empty();
    }
    Optional<PlainPartition> plain =
        PlainPartition.find(
            disk, partition, OldRows.columns(config.retention(), partition.dataset()));
    return plain.isEmpty() || mayBeOld(plain.get())
        ? Optional.empty()
        : Optional.of(facts(plain.get()));
  }

  /** By a clock that may have leapt forward: nothing is older by one that has not. */
  private boolean mayBeOld(PlainPartition partition) {
    for (LiveFile file : partition.files()) {
      if (file.newestMicros() < oldBeforeMicros) {
        return true;
      }
    }
    return false;
  }

  private boolean isRemembered(Partition partition) {
    PassMemory.Entry entry = memory.find(partition.path()).orElse(null);
    return entry != null && !(entry.givenUp().isEmpty() && entry.unreadable().isEmpty());
  }

  private boolean isHeldFor(Partition partition) {
    try {
      return disk.stat(HeldAppends.directory(cache, partition)).isPresent();
    } catch (IOException e) {
      return true; // for others to say
    }
  }

  private LiveFacts facts(PlainPartition plain) {
    List<PlannedFile> files = new ArrayList<>(plain.files().size());
    long rows = 0;
    long bytes = 0;
    for (LiveFile file : plain.files()) {
      rows += file.rows();
      bytes += file.bytes();
      files.add(
          new PlannedFile(
              file.location(),
              0,
              file.bytes(),
              file.rows(),
              false,
              false,
              SettledName.matches(file.fileName())));
    }
    CompactionPlan plan = planner.plan(new PartitionSnapshot(files, plain.baselineFiles()), false);
    return new LiveFacts(
        Optional.of(
            new LiveContent(
                plain.generation().layout(),
                plain.generation().format(),
                rows,
                0,
                files.size(),
                0,
                bytes,
                plain.snapshots())),
        0,
        0,
        List.of(),
        plan instanceof Rewrite,
        plan.reason(),
        plan instanceof Rewrite rewrite ? rewrite.filesDue() : 0);
  }
}
