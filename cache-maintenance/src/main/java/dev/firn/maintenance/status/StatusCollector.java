package dev.firn.maintenance.status;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.maintenance.Assessment;
import dev.firn.maintenance.MaintenanceConfig;
import dev.firn.maintenance.PartitionAssessor;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassRetention;
import dev.firn.maintenance.backup.CacheBackup;
import dev.firn.maintenance.quarantine.Quarantine;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.OldRows;
import dev.firn.maintenance.retain.RetentionMemory;
import dev.firn.maintenance.status.CacheStatus.Spool;
import dev.firn.maintenance.status.PartitionStatus.Backlog;
import dev.firn.maintenance.status.PartitionStatus.LastRun;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.sweep.SweepItem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.util.Pair;

/** Looks at a cache and says how it is. Reads only. */
public final class StatusCollector {
  private static final String REPAIR = "\"firn query repair\" says what can be mended";

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;

  public StatusCollector(
      Disk disk, CacheDirectory cache, MaintenanceConfig config, InstantSource clock) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
  }

  /**
   * @param datasets only these; all if empty
   */
  public CacheStatus collect(List<String> datasets) throws IOException {
    PassMemory memory = PassMemory.load(disk, cache);
    ObservedTime time = ObservedTime.read(disk, cache, clock.instant(), Uptime.ofThisMachine());
    PassRetention retained =
        new PassRetention(disk, config, time.believedWall(), PassOptions.standard());
    PartitionAssessor assessor =
        new PartitionAssessor(
            disk, config, memory, PassOptions.standard(), List.of(retained), retained::periods);
    SweepInspector sweep = new SweepInspector(disk, cache, config, time, false);
    List<PartitionStatus> partitions = new ArrayList<>();
    List<Spool> spools = new ArrayList<>();
    Map<String, OldRows> old = new TreeMap<>();
    for (String dataset : datasets.isEmpty() ? cache.datasets() : datasets) {
      // Whom a key or a cap spares takes a look at every row: a pass does that, not a status.
      retained.decide(cache.partitions(dataset).stream().filter(retained::goesByAgeAlone).toList());
      for (Partition partition : cache.partitions(dataset)) {
        partitions.add(status(partition, assessor, sweep, memory, time.believedWall(), old));
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
        List.copyOf(old.values()));
  }

  private List<DatasetRetention> retention(List<String> datasets) {
    return new RetentionMemory(disk, cache)
        .load().values().stream()
            .filter(r -> datasets.isEmpty() || datasets.contains(r.dataset()))
            .filter(r -> config.retention().policy(r.dataset()).drops())
            .toList();
  }

  private PartitionStatus status(
      Partition partition,
      PartitionAssessor assessor,
      SweepInspector sweep,
      PassMemory memory,
      Instant now,
      Map<String, OldRows> old) {
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    Optional<LastRun> lastRun =
        memory
            .find(partition.path())
            .map(entry -> new LastRun(entry.at(), entry.outcome(), entry.reason()));
    Assessment assessment = assessor.assess(partition);
    if (state instanceof Absent) {
      return empty(partition, State.ABSENT, "", "", lastRun, assessment.reason());
    }
    if (state instanceof Unreadable unreadable) {
      return empty(
          partition,
          State.UNREADABLE,
          unreadable.problem().text() + ": " + unreadable.reason(),
          hint(unreadable.problem()),
          lastRun,
          "not before it is repaired");
    }
    if (!(state instanceof Live live)) {
      throw new AssertionError(state);
    }
    if (assessment.report().outcome() == Outcome.UNREADABLE) {
      return empty(
          partition,
          State.UNREADABLE,
          assessment.reason(),
          hint(Problem.GENERATION_DAMAGED),
          lastRun,
          "not before it is repaired");
    }
    findOld(live, now, old);
    return live(live, assessment, sweep, memory, lastRun);
  }

  private void findOld(Live live, Instant now, Map<String, OldRows> old) {
    try {
      OldRows.files(config.retention(), live)
          .flatMap(files -> OldRows.find(config.retention(), live, files, now))
          .ifPresent(found -> old.merge(found.dataset(), found, OldRows::plus));
    } catch (IOException e) {
      return; // what is wrong with the partition has been told
    }
  }

  private PartitionStatus live(
      Live live,
      Assessment assessment,
      SweepInspector sweep,
      PassMemory memory,
      Optional<LastRun> lastRun) {
    List<String> notes = new ArrayList<>();
    long retired = 0;
    long orphaned = 0;
    try {
      for (SweepItem item : sweep.inspect(live)) {
        switch (item.kind()) {
          case RETIRED -> retired += item.freeableBytes();
          case ORPHAN -> orphaned += item.freeableBytes();
          case IN_DOUBT -> notes.add(cache.relative(item.path()) + ": " + item.why());
        }
      }
    } catch (IOException e) {
      notes.add("cannot be listed whole: " + e);
    }
    notes.addAll(withheld(live));
    memory
        .find(live.partition().path())
        .ifPresent(
            entry ->
                entry.unreadable().values().stream()
                    .sorted()
                    .forEach(why -> notes.add("a data file cannot be read: " + why)));
    return new PartitionStatus(
        live.partition(),
        State.LIVE,
        "",
        "",
        content(live, assessment),
        held(live.partition(), notes),
        retired,
        orphaned,
        notes,
        lastRun,
        assessment.isDue(),
        assessment.reason(),
        memory
            .find(live.partition().path())
            .filter(entry -> entry.left() > 0 && assessment.isDue())
            .map(entry -> new Backlog(assessment.filesDue(), entry.left())));
  }

  private List<String> withheld(Live live) {
    try {
      Quarantine.Contents contents =
          new Quarantine(disk, live.partition()).contents(live.generation());
      List<String> notes = new ArrayList<>();
      contents.withheld().forEach(left -> notes.add(left.sentence()));
      contents
          .unreadable()
          .forEach(path -> notes.add(cache.relative(path) + ": a record that cannot be read"));
      return notes;
    } catch (IOException e) {
      return List.of("what is in quarantine cannot be listed: " + e);
    }
  }

  private static Optional<LiveContent> content(Live live, Assessment assessment) {
    if (assessment.content() == null) {
      return Optional.empty();
    }
    long deletes =
        assessment.content().tasks().values().stream()
            .map(FileScanTask::deletes)
            .flatMap(List::stream)
            .map(delete -> Pair.of(delete.location(), delete.contentOffset()))
            .distinct()
            .count();
    return Optional.of(
        new LiveContent(
            live.generation().name().layout(),
            live.generation().name().format(),
            assessment.rows(),
            live.generation().unpublished().size(),
            assessment.content().snapshot().files().size(),
            deletes,
            assessment.content().snapshot().bytes(),
            live.generation().metadata().snapshots().size()));
  }

  /** Exchanges held for a partition; 0 and a note if they cannot be counted. */
  private long held(Partition partition, List<String> notes) {
    try {
      return new HeldAppends(disk, cache, clock).count(partition);
    } catch (IOException e) {
      notes.add("what is held for it cannot be listed: " + e);
      return 0;
    }
  }

  private PartitionStatus empty(
      Partition partition,
      State state,
      String problem,
      String hint,
      Optional<LastRun> lastRun,
      String dueReason) {
    List<String> notes = new ArrayList<>();
    long held = held(partition, notes);
    return new PartitionStatus(
        partition,
        state,
        problem,
        hint,
        Optional.empty(),
        held,
        0,
        0,
        notes,
        lastRun,
        false,
        dueReason,
        Optional.empty());
  }

  private static String hint(Problem problem) {
    return switch (problem) {
      case CURSOR_UNREADABLE, CURSOR_MISSING, CONFLICT, GENERATION_MISSING ->
          REPAIR + "; nothing in the partition is touched meanwhile";
      case CURSOR_UNSUPPORTED -> "use the newer firn that wrote it";
      case GENERATION_DAMAGED -> REPAIR + "; else restore the damaged file from a backup";
    };
  }
}
