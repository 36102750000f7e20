package dev.firn.maintenance.status;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.SettledName;
import dev.firn.core.plain.PlainColumn;
import dev.firn.core.plain.PlainPartition;
import dev.firn.core.plain.PlainPartition.LiveFile;
import dev.firn.maintenance.MaintenanceConfig;
import dev.firn.maintenance.plan.CompactionPlan;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlanner;
import dev.firn.maintenance.plan.PartitionSnapshot;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.retain.OldRows;
import dev.firn.maintenance.status.PartitionFacts.LiveFacts;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The facts of a {@link PlainPartition} of which no pass remembers anything in particular, whose
 * rows have no age at which they go, and of which none would be called old: the same that {@link
 * InspectedPartitions} finds, at a tenth of the time that a process takes to load what that needs.
 * What would be done about it the same planner says, from the same numbers.
 */
final class PlainLook {
  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final CompactionPlanner planner;
  private final PassMemory memory;

  private final Instant wall;

  /**
   * @param wall no earlier than what age is measured by
   */
  PlainLook(
      Disk disk, CacheDirectory cache, MaintenanceConfig config, PassMemory memory, Instant wall) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.planner = new CompactionPlanner(config);
    this.memory = memory;
    this.wall = wall;
  }

  /** Empty for every other partition. */
  Optional<LiveFacts> find(Partition partition) {
    if (config.retention().policy(partition.dataset()).drops()
        || isRemembered(partition)
        || isHeldFor(partition)) {
      return Optional.empty();
    }
    List<String> times =
        config.retention().isConfigured(partition.dataset())
            ? List.of()
            : config.retention().timeColumns(partition.dataset());
    Optional<PlainPartition> plain = PlainPartition.find(disk, partition, times);
    return plain.isEmpty() || mayHoldOld(plain.get())
        ? Optional.empty()
        : Optional.of(facts(plain.get()));
  }

  private boolean mayHoldOld(PlainPartition plain) {
    Instant before = wall.minus(Duration.ofDays(OldRows.DAYS));
    for (PlainColumn column : plain.columns()) {
      long least;
      switch (column.type()) {
        case "string", "boolean", "uuid", "binary", "time", "float" -> {
          continue; // no time, or one that says nothing about a file
        }
        case "timestamp", "timestamptz" ->
            least = before.getEpochSecond() * 1_000_000 + before.getNano() / 1000;
        case "date" -> least = Math.floorDiv(before.getEpochSecond(), 86_400L);
        default -> {
          return true;
        }
      }
      for (LiveFile file : plain.files()) {
        OptionalLong end = file.end(column);
        if (end.isPresent() && end.getAsLong() < least) {
          return true;
        }
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
        plan instanceof Rewrite rewrite ? rewrite.filesDue() : 0,
        Optional.empty());
  }
}
