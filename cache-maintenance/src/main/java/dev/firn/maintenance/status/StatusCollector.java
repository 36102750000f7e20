package dev.firn.maintenance.status;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.backup.CacheBackup;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.duplicates.DuplicateSelector;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.RetentionMemory;
import dev.firn.maintenance.status.CacheStatus.ReserveStatus;
import dev.firn.maintenance.status.CacheStatus.Spool;
import dev.firn.maintenance.status.PartitionFacts.LiveFacts;
import dev.firn.maintenance.status.PartitionFacts.NotLive;
import dev.firn.maintenance.status.PartitionStatus.Backlog;
import dev.firn.maintenance.status.PartitionStatus.LastRun;
import dev.firn.maintenance.status.PartitionStatus.State;
import dev.firn.maintenance.swap.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a cache and says how it is. Reads only.
 *
 * <p>Of a plain partition the facts are read directly (see {@link PlainLook}). Only for others is
 * loaded what a pass needs ({@link InspectedPartitions}), which takes longer than all the rest.
 */
public final class StatusCollector {
  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final PassMemory memory;
  private final Optional<PlainLook> plain;
  private final Set<String> decided = new HashSet<>();
  private @Nullable InspectedPartitions inspected;

  public StatusCollector(
      Disk disk, CacheDirectory cache, MaintenanceConfig config, InstantSource clock) {
    this(disk, cache, config, clock, true);
  }

  /**
   * @param plainly false to look at every partition as if nothing about it were usual
   */
  StatusCollector(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      boolean plainly) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
    this.memory = PassMemory.load(disk, cache);
    this.plain =
        plainly ? Optional.of(new PlainLook(disk, cache, config, memory, clock)) : Optional.empty();
  }

  /**
   * @param datasets only these; all if empty
   */
  public CacheStatus collect(List<String> datasets) throws IOException {
    List<PartitionStatus> partitions = new ArrayList<>();
    List<Spool> spools = new ArrayList<>();
    for (String dataset : datasets.isEmpty() ? cache.datasets() : datasets) {
      for (Partition partition : cache.partitions(dataset)) {
        partitions.add(status(partition));
      }
      for (Path spool : cache.foreignSpools(dataset)) {
        spools.add(new Spool(cache.relative(spool), Trees.measure(disk, spool).freeableBytes()));
      }
    }
    partitions.sort(
        Comparator.comparing((PartitionStatus p) -> !p.needsAttention())
            .thenComparing(p -> p.partition().path()));
    return new CacheStatus(
        memory.lastPass(),
        CacheBackup.takenAt(disk, cache),
        partitions,
        spools,
        retention(datasets),
        inspected == null ? List.of() : inspected.old(),
        datasets.isEmpty() ? reserve(partitions) : Optional.empty());
  }

  private Optional<ReserveStatus> reserve(List<PartitionStatus> partitions) throws IOException {
    long liveBytes =
        partitions.stream()
            .flatMap(partition -> partition.live().stream())
            .mapToLong(PartitionStatus.LiveContent::bytes)
            .sum();
    Reserve reserve = new Reserve(disk, cache);
    return Optional.of(
        new ReserveStatus(reserve.state(liveBytes, config.minFreeBytes()), reserve.bytes()));
  }

  private List<DatasetRetention> retention(List<String> datasets) {
    List<DatasetRetention> found = new ArrayList<>();
    for (DatasetRetention noted : new RetentionMemory(disk, cache).load().values()) {
      if ((datasets.isEmpty() || datasets.contains(noted.dataset()))
          && config.retention().policy(noted.dataset()).drops()) {
        found.add(noted);
      }
    }
    return found;
  }

  private PartitionStatus status(Partition partition) throws IOException {
    Optional<LiveFacts> found = plain.isPresent() ? plain.get().find(partition) : Optional.empty();
    PartitionFacts facts = found.isPresent() ? found.get() : inspected(partition);
    if (facts instanceof LiveFacts live) {
      return status(partition, live);
    }
    if (facts instanceof NotLive not) {
      return status(partition, not);
    }
    throw new AssertionError(facts);
  }

  private PartitionFacts inspected(Partition partition) throws IOException {
    if (inspected == null) {
      inspected = new InspectedPartitions(disk, cache, config, memory, clock.instant());
    }
    if (decided.add(partition.dataset())) {
      inspected.decide(partition.dataset());
    }
    return inspected.look(partition);
  }

  private PartitionStatus status(Partition partition, LiveFacts facts) {
    Optional<PassMemory.Entry> remembered = memory.find(partition.path());
    List<String> notes = new ArrayList<>(facts.notes());
    if (remembered.isPresent()) {
      remembered.get().unreadable().values().stream()
          .sorted()
          .forEach(why -> notes.add("a data file cannot be read: " + why));
      DuplicateSelector.notLookedFor(remembered.get().reason()).ifPresent(notes::add);
    }
    long held = held(partition, notes);
    return new PartitionStatus(
        partition,
        State.LIVE,
        "",
        "",
        facts.content(),
        held,
        facts.retiredBytes(),
        facts.orphanedBytes(),
        notes,
        remembered.map(PassMemory.Entry::litter).orElse(Litter.NONE),
        lastRun(remembered),
        facts.due(),
        facts.dueReason(),
        remembered
            .filter(entry -> entry.left() > 0 && facts.due())
            .map(entry -> new Backlog(facts.filesDue(), entry.left())));
  }

  private PartitionStatus status(Partition partition, NotLive facts) {
    List<String> notes = new ArrayList<>();
    long held = held(partition, notes);
    return new PartitionStatus(
        partition,
        facts.state(),
        facts.problem(),
        facts.repairHint(),
        Optional.empty(),
        held,
        0,
        0,
        notes,
        Litter.NONE,
        lastRun(memory.find(partition.path())),
        false,
        facts.dueReason(),
        Optional.empty());
  }

  private static Optional<LastRun> lastRun(Optional<PassMemory.Entry> remembered) {
    return remembered.map(entry -> new LastRun(entry.at(), entry.outcome(), entry.reason()));
  }

  /** Exchanges held for a partition; 0 and a note if they cannot be counted. */
  private long held(Partition partition, List<String> notes) {
    try {
      return new HeldAppends(disk, cache, clock).count(partition);
    } catch (IOException e) {
      notes.add("what is held for it cannot be listed: " + DiskReason.of(e));
      return 0;
    }
  }
}
