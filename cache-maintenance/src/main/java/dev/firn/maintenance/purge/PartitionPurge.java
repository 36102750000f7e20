package dev.firn.maintenance.purge;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.append.Publisher;
import dev.firn.core.condition.Bound;
import dev.firn.core.condition.Condition;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.read.DeletedRows;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.plan.CompactionPlan;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.CompactionPlanner;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.plan.SnapshotReader;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.purge.PurgeFinding.Place;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import dev.firn.maintenance.select.Selections;
import dev.firn.maintenance.swap.PartitionCompactor;
import dev.firn.maintenance.sweep.PartitionSweeper;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.sweep.SweepItem.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;

/**
 * Removes the matching rows of one partition for good. The one exception to grace (I5 otherwise).
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Brought in</b>: what is held lands, what landed is published, as any append does it.
 *   <li><b>Swapped</b>, under the lease, to a generation without the rows, as any rewrite is
 *       swapped and proved: matching rows are dropped as purged (I6), all other rows stay. As often
 *       as matching rows were appended meanwhile. Also where nothing of the table matches, but a
 *       file beside it in the same directory does, or its history knows more than appends: the new
 *       directory holds only what is live, and new manifests. Readers see the rows, or do not.
 *   <li><b>Superseded generations and litter removed</b>, at once, all of the partition's, by the
 *       sweep under I5: what may have been live and is no part of the line stays, and is a finding.
 *       Killed in the middle, the rest is still there; the next purge finds it by reading it, and
 *       goes on.
 *   <li><b>Quarantine and copies of repairs</b>: a file that holds nothing but matching rows is
 *       removed; one that holds others too, or cannot be read, only on request.
 *   <li><b>Archives</b>, on request: see {@link ArchivedRows}.
 *   <li><b>Read again</b>: every file of the partition, every row. What is found then is the
 *       outcome, not what was done before.
 * </ol>
 *
 * A writer whose temporary file goes with a superseded generation encodes its exchange anew.
 */
final class PartitionPurge {
  /** So often rows that match may be appended while others are being removed. */
  private static final int ROUNDS = 20;

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final String command;
  private final PartitionLocks locks;
  private final Publisher publisher;
  private final PurgeSurveyor surveyor;
  private final List<Path> removed = new ArrayList<>();
  private long rowsPurged;
  private long rowsArchived;

  PartitionPurge(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      String command) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
    this.command = command;
    this.locks = new PartitionLocks(disk, command);
    this.publisher = new Publisher(disk, clock, config.snapshots());
    this.surveyor = new PurgeSurveyor(disk, cache, config.retention());
  }

  /**
   * @throws dev.firn.core.condition.InvalidConditionException if it does not fit the partition
   */
  PurgedPartition run(Partition partition, Condition condition, PurgeOptions options)
      throws IOException {
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    if (state instanceof Absent) {
      return PurgedPartition.without(
          partition, Outcome.CLEAN, "nothing has been written yet", false);
    }
    if (state instanceof Unreadable unreadable) {
      return PurgedPartition.without(
          partition,
          Outcome.UNREADABLE,
          unreadable.problem().text() + ": " + unreadable.reason(),
          false);
    }
    if (!(state instanceof Live live)) {
      throw new AssertionError(state);
    }
    PurgeSurvey before = surveyor.survey(live, condition);
    long matching = visible(live, condition);
    int held = new HeldAppends(disk, cache, clock).count(partition);
    if (!options.apply()) {
      boolean clean = before.findings().isEmpty() && matching == 0;
      return new PurgedPartition(
          partition,
          clean ? Outcome.CLEAN : Outcome.PROPOSED,
          clean ? "no row matches" : "--apply removes them",
          matching,
          0,
          0,
          held,
          live.generation().name().format(),
          null,
          Optional.of(before),
          Optional.empty(),
          List.of(),
          false);
    }
    bringIn(partition);
    try (HeldLock lease = locks.takeLease(partition.directory(), clock.instant())) {
      Live swapped = swap(partition, condition, lease);
      PurgeSurvey now = surveyor.survey(swapped, condition);
      if (now.hasAnyIn(Place.SUPERSEDED)) {
        sweep(partition);
      }
      lease.requireValid();
      clear(now, options);
      if (options.archives()) {
        clearArchive(swapped, condition, now);
      }
      Live end = requireLive(partition);
      PurgeSurvey after = surveyor.survey(end, condition);
      lease.requireValid();
      boolean left = options.archives() ? !after.findings().isEmpty() : !after.isClean();
      Outcome outcome =
          left
              ? Outcome.LEFT
              : rowsPurged + rowsArchived == 0 && removed.isEmpty()
                  ? Outcome.CLEAN
                  : Outcome.PURGED;
      return new PurgedPartition(
          partition,
          outcome,
          !left
              ? "no file"
                  + (after.findings().isEmpty() ? "" : " but archives")
                  + " holds a row that matches"
              : after.findings().size() + " files hold rows that match, or may",
          matching,
          rowsPurged,
          rowsArchived,
          held,
          live.generation().name().format(),
          end.generation().name().format(),
          Optional.of(before),
          Optional.of(after),
          removed,
          false);
    }
  }

  private static Bound bind(Condition condition, Live live) {
    return condition.bind(live.generation().metadata().schema());
  }

  private Live requireLive(Partition partition) throws IOException {
    if (new PartitionInspector(disk).inspect(partition) instanceof Live live) {
      return live;
    }
    throw new CommitConflict(partition.directory() + " is in doubt since the purge began");
  }

  /** Matching rows that a reader sees. */
  private long visible(Live live, Condition condition) throws IOException {
    Generation generation = live.generation();
    MatchingRows rows =
        new MatchingRows(disk, generation, generation.metadata().schema(), bind(condition, live));
    DeletedRows deleted = new DeletedRows(generation);
    long visible = 0;
    for (FileScanTask file : generation.liveFiles()) {
      BitSet matching = rows.of(file);
      if (!matching.isEmpty()) {
        matching.andNot(deleted.of(file));
        visible += matching.cardinality();
      }
    }
    for (var landed : generation.unpublished()) {
      visible += rows.count(generation.paths().data().resolve(landed.format())).matching();
    }
    return visible;
  }

  private void bringIn(Partition partition) throws IOException {
    CacheAppender appender =
        new CacheAppender(
            disk,
            cache,
            clock,
            new AppendOptions(Map.of(), config.snapshots(), Duration.ZERO, command));
    try {
      appender.recover(partition);
    } finally {
      appender.close();
    }
  }

  /** Swaps until the live generation's directory holds no row that matches. */
  private Live swap(Partition partition, Condition condition, HeldLock lease) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      lease.requireValid();
      publish(requireLive(partition));
      Live live = requireLive(partition);
      Generation generation = live.generation();
      if (generation.metadata().refs().size() > 1) {
        throw new CommitConflict(
            partition.directory()
                + ": the table has branches or tags besides main, which may hold the rows");
      }
      MatchingRows rows =
          new MatchingRows(disk, generation, generation.metadata().schema(), bind(condition, live));
      PurgeSelection selection = PurgeSelection.read(rows, generation.liveFiles());
      boolean stray =
          generation.metadata().snapshots().stream()
                  .anyMatch(snapshot -> !DataOperations.APPEND.equals(snapshot.operation()))
              || !surveyor.strays(live, condition).isEmpty();
      if (selection.isEmpty() && !stray) {
        return live;
      }
      Content content =
          SnapshotReader.read(
              generation,
              live.cursor().cursor().baselineFiles(),
              Set.of(),
              files -> Selections.of(selection));
      CompactionPlan plan =
          selection.isEmpty()
              ? everything(content)
              : new CompactionPlanner(config).plan(content.snapshot(), false);
      if (!(plan instanceof Rewrite rewrite)) {
        throw new CommitConflict(partition.directory() + ": " + plan.reason());
      }
      rowsPurged +=
          new PartitionCompactor(disk, config, clock, locks, publisher)
              .replace(live, rewrite, content)
              .dropped()
              .count(DropReason.PURGED);
    }
    throw new CommitConflict(
        partition.directory() + ": rows that match were appended " + ROUNDS + " times meanwhile");
  }

  /** All files go over; those that deletes hide rows of are rewritten. */
  private static Rewrite everything(Content content) {
    List<List<PlannedFile>> groups = new ArrayList<>();
    List<PlannedFile> carried = new ArrayList<>();
    for (PlannedFile file : content.snapshot().files()) {
      if (file.deleted()) {
        groups.add(List.of(file));
      } else {
        carried.add(file);
      }
    }
    return new Rewrite("beside the table there are rows to purge", groups, carried, List.of(), 0);
  }

  private void publish(Live live) throws IOException {
    Publisher.Prepared prepared = publisher.prepare(live.generation());
    try (HeldLock lock = locks.takeCommitLock(live.partition().directory())) {
      if (!CursorFile.isUnchanged(disk, live.partition().cursorFile(), live.cursor())) {
        throw new CommitConflict(live.partition().cursorFile() + " was changed meanwhile");
      }
      lock.requireValid();
      publisher.publish(live.generation(), prepared);
    }
  }

  /** Twice, since what was unmarked is only marked the first time. */
  private void sweep(Partition partition) throws IOException {
    ObservedTime time = ObservedTime.read(disk, cache, clock.instant(), Uptime.ofThisMachine());
    SweepInspector inspector = SweepInspector.withoutGrace(disk, cache, config, time);
    for (int i = 0; i < 2; i++) {
      new PartitionSweeper(disk, locks, inspector)
          .sweep(
              partition,
              clock.instant(),
              item -> {
                if (item.action() == Action.REMOVE) {
                  removed.add(item.path());
                }
              });
    }
  }

  /** What no generation names any more, in quarantine and among the copies of repairs. */
  private void clear(PurgeSurvey survey, PurgeOptions options) throws IOException {
    for (PurgeFinding finding : survey.findings()) {
      boolean aside = finding.place() == Place.QUARANTINE || finding.place() == Place.REPAIR_COPY;
      if (!aside || !(finding.isOnlyMatching() || options.copies())) {
        continue;
      }
      remove(finding.path());
      if (finding.place() == Place.QUARANTINE) {
        Path entry = finding.path().resolveSibling(finding.path().getFileName() + ".json");
        if (disk.stat(entry).map(FileStat::isFile).orElse(false)) {
          remove(entry);
        }
      }
    }
  }

  private void clearArchive(Live live, Condition condition, PurgeSurvey survey) throws IOException {
    for (PurgeFinding finding : survey.findings()) {
      if (finding.place() == Place.ARCHIVE && finding.trouble().isEmpty()) {
        AskedFile asked = AskedFile.of(disk, live.generation(), condition, finding.path());
        new ArchivedRows(disk, config, asked.rows()).remove(finding);
        rowsArchived += finding.matching();
      }
    }
  }

  private void remove(Path file) throws IOException {
    disk.delete(file);
    disk.syncDirectory(Objects.requireNonNull(file.getParent()));
    removed.add(file);
  }
}
