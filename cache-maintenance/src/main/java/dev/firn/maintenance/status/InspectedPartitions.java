package dev.firn.maintenance.status;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.maintenance.Assessment;
import dev.firn.maintenance.PartitionAssessor;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassRetention;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.quarantine.Quarantine;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.retain.OldRows;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.select.DatasetColumns;
import dev.firn.maintenance.status.PartitionFacts.LiveFacts;
import dev.firn.maintenance.status.PartitionFacts.NotLive;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.sweep.SweepItem;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.util.Pair;

/** Finds out how any partition is, whatever is in it. */
final class InspectedPartitions {
  private static final String REPAIR = "\"firn query repair\" says what can be mended";

  private final Disk disk;
  private final CacheDirectory cache;
  private final PassRetention retained;
  private final PartitionAssessor assessor;
  private final SweepInspector sweep;
  private final RetentionConfig retention;
  private final Instant now;
  private final Map<String, OldRows> old = new TreeMap<>();

  InspectedPartitions(
      Disk disk, CacheDirectory cache, MaintenanceConfig config, PassMemory memory, Instant now) {
    this.disk = disk;
    this.cache = cache;
    ObservedTime time = ObservedTime.read(disk, cache, now, Uptime.ofThisMachine());
    this.retained =
        new PassRetention(
            disk,
            config,
            new DatasetColumns(disk, cache),
            time.believedWall(),
            PassOptions.standard());
    this.assessor =
        new PartitionAssessor(
            disk, config, memory, PassOptions.standard(), List.of(retained), retained::periods);
    this.retention = config.retention();
    this.now = time.believedWall();
    this.sweep = new SweepInspector(disk, cache, config, time, false);
  }

  /** Decides what goes because of retention, before partitions of a dataset are looked at. */
  void decide(String dataset) throws IOException {
    // Whom a key or a cap spares takes a look at every row: a pass does that, not a status.
    retained.decide(cache.partitions(dataset).stream().filter(retained::goesByAgeAlone).toList());
  }

  PartitionFacts look(Partition partition) {
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    Assessment assessment = assessor.assess(partition);
    if (state instanceof Absent) {
      return new NotLive(State.ABSENT, "", "", assessment.reason());
    }
    if (state instanceof Unreadable unreadable) {
      return unreadable(
          unreadable.problem(), unreadable.problem().text() + ": " + unreadable.reason());
    }
    if (!(state instanceof Live live)) {
      throw new AssertionError(state);
    }
    if (assessment.report().outcome() == Outcome.UNREADABLE) {
      return unreadable(Problem.GENERATION_DAMAGED, assessment.reason());
    }
    findOld(live);
    return live(live, assessment);
  }

  private void findOld(Live live) {
    try {
      OldRows.files(retention, live)
          .flatMap(files -> OldRows.find(retention, live, files, now))
          .ifPresent(found -> old.merge(found.dataset(), found, OldRows::plus));
    } catch (IOException e) {
      return; // what is wrong with the partition has been told
    }
  }

  /** Of each dataset without a retention that was looked at. */
  List<OldRows> old() {
    return List.copyOf(old.values());
  }

  private static NotLive unreadable(Problem problem, String what) {
    return new NotLive(State.UNREADABLE, what, hint(problem), "not before it is repaired");
  }

  private LiveFacts live(Live live, Assessment assessment) {
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
      notes.add("cannot be listed whole: " + DiskReason.of(e));
    }
    notes.addAll(withheld(live));
    return new LiveFacts(
        content(live, assessment),
        retired,
        orphaned,
        notes,
        assessment.isDue(),
        assessment.reason(),
        assessment.filesDue());
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
      return List.of("what is in quarantine cannot be listed: " + DiskReason.of(e));
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

  private static String hint(Problem problem) {
    return switch (problem) {
      case CURSOR_UNREADABLE, CURSOR_MISSING, CONFLICT, GENERATION_MISSING ->
          REPAIR + "; nothing in the partition is touched meanwhile";
      case CURSOR_UNSUPPORTED -> "use the newer firn that wrote it";
      case GENERATION_DAMAGED -> REPAIR + "; else restore the damaged file from a backup";
    };
  }
}
