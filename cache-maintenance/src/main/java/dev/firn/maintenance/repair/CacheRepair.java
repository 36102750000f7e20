package dev.firn.maintenance.repair;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.journal.Journal;
import dev.firn.maintenance.journal.JournalEntry;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.repair.Mend.Beyond;
import dev.firn.maintenance.repair.Mend.BringIn;
import dev.firn.maintenance.repair.Mend.ChooseLive;
import dev.firn.maintenance.repair.Mend.Litter;
import dev.firn.maintenance.repair.Mend.NameLive;
import dev.firn.maintenance.repair.Mend.Proposal;
import dev.firn.maintenance.repair.Mend.RewriteHint;
import dev.firn.maintenance.repair.Mend.StepBack;
import dev.firn.maintenance.repair.Mend.Withhold;
import dev.firn.maintenance.repair.MendReport.Kind;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import dev.firn.maintenance.report.FailedDisk;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.verify.CacheVerifier;
import dev.firn.maintenance.verify.Finding;
import dev.firn.maintenance.verify.ReadOnlyDisk;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Repairs a cache, partition by partition. Without {@code apply} it says what it would do, and
 * writes nothing at all.
 *
 * <p>A partition is checked, mended under its lease, and checked again. Where it is worse then
 * (more damage, or fewer rows that can be reached), everything is put back. What is replaced is
 * copied first. A mend is done only where it follows from what is on the disk, or where somebody
 * has chosen; anything else is named, with what there is to choose from. A partition that somebody
 * else maintains is left alone.
 */
public final class CacheRepair {
  /** One mend may uncover the next: metadata, then the cursor, then the hint. */
  private static final int MOST_MENDS = 16;

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final String command;

  /**
   * @param command what this process is, for those who find a partition held
   */
  public CacheRepair(
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
  }

  /** Repairs these partitions; what goes wrong in one of them is in the report. */
  public RepairReport run(List<Partition> partitions, RepairOptions options) throws IOException {
    if (options.chosen().isPresent() && partitions.size() != 1) {
      throw new IllegalArgumentException(
          "a generation can be chosen for one partition, not for " + partitions.size());
    }
    if (options.apply()) {
      new FileSystemCheck(disk).require(cache.root());
    }
    Instant started = clock.instant();
    List<RepairedPartition> repaired = new ArrayList<>();
    boolean refused = false;
    for (Partition partition : partitions) {
      Run run = new Run(partition, options);
      repaired.add(run.repair());
      refused |= run.diskRefused;
    }
    if (options.apply() && config.housekeeping().journal()) {
      new Journal(disk, cache, clock, config.snapshots(), command)
          .write(started, entries(repaired));
    }
    return new RepairReport(
        options.apply(), repaired, Duration.between(started, clock.instant()).toMillis(), refused);
  }

  private static List<JournalEntry> entries(List<RepairedPartition> repaired) {
    List<JournalEntry> entries = new ArrayList<>();
    for (RepairedPartition partition : repaired) {
      for (MendReport mend : partition.mends()) {
        if (mend.status() == Status.DONE) {
          entries.add(
              JournalEntry.of(
                  JournalEntry.Kind.REPAIR,
                  partition.partition().dataset(),
                  mend.path(),
                  mend.wrong() + ": " + mend.action(),
                  mend.rows().orElse(0),
                  0));
        }
      }
    }
    return entries;
  }

  /**
   * Mends what is provable of a partition's cursor, metadata and version hint, unasked.
   *
   * @return empty if there is nothing of that kind to mend; then nothing was written
   */
  public Optional<RepairedPartition> mendProvable(Partition partition) throws IOException {
    Run run = new Run(partition, RepairOptions.automatic());
    boolean any =
        run.planner(new ReadOnlyDisk(disk)).planStructure(partition).stream()
            .anyMatch(CacheRepair::isDone);
    return any ? Optional.of(run.repair()) : Optional.empty();
  }

  /** The repair of one partition. */
  private final class Run {
    private final Partition partition;
    private final RepairOptions options;
    private final Instant now = clock.instant();
    private final RepairCopies copies = new RepairCopies(disk, cache, now);
    private final List<MendReport> mends = new ArrayList<>();
    private boolean diskRefused;

    Run(Partition partition, RepairOptions options) {
      this.partition = partition;
      this.options = options;
    }

    RepairedPartition repair() {
      VerifiedPartition before = verify();
      try {
        RepairPlanner readOnly = planner(new ReadOnlyDisk(disk));
        List<Mend> plan = readOnly.plan(partition);
        if (!options.apply() || plan.stream().noneMatch(CacheRepair::isDone)) {
          plan.forEach(mend -> mends.add(report(mend, isDone(mend) ? Status.WOULD : left(mend))));
          return untouched(before, plan);
        }
        new FileSystemCheck(disk).require(cache.root());
        PartitionLocks locks = new PartitionLocks(disk, command);
        try (HeldLock lease = locks.takeLease(partition.directory(), now)) {
          return mend(before, locks, lease);
        }
      } catch (LeaseUnavailable e) {
        return result(Outcome.HELD, "held by " + e.owner(), before, before);
      } catch (CommitConflict e) {
        return result(Outcome.FAILED, e.getMessage() + "; run it again", before, verify());
      } catch (IOException | RuntimeException e) {
        diskRefused |= FailedDisk.isReasonOf(e);
        String why = DiskReason.of(e);
        return result(Outcome.FAILED, why, before, verify());
      }
    }

    private RepairedPartition mend(VerifiedPartition before, PartitionLocks locks, HeldLock lease)
        throws IOException {
      RepairPlanner planner = planner(disk);
      PartitionMender mender =
          new PartitionMender(disk, partition, locks, planner, options.chosen(), copies);
      for (int i = 0; i < MOST_MENDS; i++) {
        Optional<Mend> next =
            planner.planStructure(partition).stream().filter(CacheRepair::isDone).findFirst();
        if (next.isEmpty()) {
          break;
        }
        lease.requireValid();
        mender.apply(next.get());
        mends.add(report(next.get(), Status.DONE));
      }
      VerifiedPartition after = verify();
      if (isWorse(before, after)) {
        mender.undo();
        mends.replaceAll(mend -> mend.with(Status.FAILED));
        String why = "it was worse after: " + describe(after) + " instead of " + describe(before);
        return result(Outcome.UNDONE, why + "; everything was put back", before, verify());
      }
      withhold(planner.plan(partition), locks);
      lease.requireValid();
      bringIn(planner);
      List<Mend> rest = planner.plan(partition);
      rest.forEach(mend -> mends.add(report(mend, isDone(mend) ? Status.FAILED : left(mend))));
      VerifiedPartition end = verify();
      boolean leftOver = rest.stream().anyMatch(mend -> !(mend instanceof Litter));
      return leftOver || damage(end) > 0
          ? result(Outcome.LEFT, remaining(end, rest), before, end)
          : result(Outcome.MENDED, "all that there was to mend", before, end);
    }

    private void withhold(List<Mend> plan, PartitionLocks locks) throws IOException {
      List<Withhold> withheld =
          plan.stream()
              .filter(CacheRepair::isDone)
              .filter(Withhold.class::isInstance)
              .map(Withhold.class::cast)
              .toList();
      if (!withheld.isEmpty()) {
        new FileWithholder(disk, cache, config, clock, locks)
            .withhold(
                partition,
                withheld.get(0).generation(),
                withheld.stream().map(Withhold::file).toList());
        withheld.forEach(mend -> mends.add(report(mend, Status.DONE)));
      }
    }

    /** Held exchanges land, landed files are published: as any pass and any append does. */
    private void bringIn(RepairPlanner planner) throws IOException {
      List<Mend> plan = planner.plan(partition);
      Optional<Mend> bringIn = plan.stream().filter(BringIn.class::isInstance).findFirst();
      if (bringIn.isEmpty()) {
        return;
      }
      CacheAppender appender =
          new CacheAppender(
              disk,
              cache,
              clock,
              new AppendOptions(Map.of(), config.snapshots(), Duration.ZERO, command));
      try {
        appender.recover(partition);
        appender.close();
      } catch (CacheException e) {
        return; // what is damaged there is among what is left
      }
      if (planner.plan(partition).stream().noneMatch(BringIn.class::isInstance)) {
        mends.add(report(bringIn.get(), Status.DONE));
      }
    }

    private RepairedPartition untouched(VerifiedPartition state, List<Mend> plan) {
      boolean leftOver = plan.stream().anyMatch(mend -> !isDone(mend) && !(mend instanceof Litter));
      boolean proposed = plan.stream().anyMatch(CacheRepair::isDone);
      if (proposed) {
        return result(Outcome.PROPOSED, "--apply mends it", state, state);
      }
      return leftOver || damage(state) > 0
          ? result(Outcome.LEFT, remaining(state, plan), state, state)
          : result(Outcome.SOUND, "nothing to mend", state, state);
    }

    private RepairedPartition result(
        Outcome outcome, String reason, VerifiedPartition before, VerifiedPartition after) {
      return new RepairedPartition(
          partition,
          outcome,
          reason,
          after.state() == State.UNREADABLE,
          reachable(before),
          reachable(after),
          Optional.ofNullable(copies.path()),
          mends,
          after.findings().stream().filter(f -> f.severity() == Severity.DAMAGE).toList());
    }

    private RepairPlanner planner(Disk with) {
      CacheDirectory directory = new CacheDirectory(with, cache.root());
      ObservedTime time = ObservedTime.read(with, directory, now, Uptime.ofThisMachine());
      return new RepairPlanner(
          with,
          directory,
          clock,
          new SweepInspector(with, directory, config, time, false),
          options);
    }

    private VerifiedPartition verify() {
      return new CacheVerifier(disk, cache, config, clock).verify(partition);
    }

    private MendReport report(Mend mend, Status status) {
      Proposal proposal = mend.proposal();
      return new MendReport(
          kind(mend),
          cache.relative(proposal.path()),
          proposal.wrong(),
          proposal.action(),
          proposal.rows(),
          status,
          mend instanceof ChooseLive choose ? choose.candidates() : List.of());
    }
  }

  private static boolean isDone(Mend mend) {
    return mend.proposal().provable();
  }

  private static Status left(Mend mend) {
    return mend instanceof Litter ? Status.NOTE : Status.LEFT;
  }

  private static Kind kind(Mend mend) {
    if (mend instanceof NameLive || mend instanceof ChooseLive) {
      return Kind.CURSOR;
    }
    if (mend instanceof StepBack) {
      return Kind.METADATA;
    }
    if (mend instanceof RewriteHint) {
      return Kind.VERSION_HINT;
    }
    if (mend instanceof Withhold) {
      return Kind.DATA_FILE;
    }
    if (mend instanceof BringIn) {
      return Kind.APPENDS;
    }
    if (mend instanceof Litter) {
      return Kind.LITTER;
    }
    if (mend instanceof Beyond) {
      return Kind.OTHER;
    }
    throw new AssertionError(mend);
  }

  static boolean isWorse(VerifiedPartition before, VerifiedPartition after) {
    return damage(after) > damage(before)
        || reachable(after) < reachable(before)
        || (after.state() == State.UNREADABLE && before.state() == State.LIVE);
  }

  private static long damage(VerifiedPartition partition) {
    return partition.count(Severity.DAMAGE);
  }

  /** Live rows, as far as a reader comes to them. */
  private static long reachable(VerifiedPartition partition) {
    return partition.state() == State.LIVE ? partition.rows() : 0;
  }

  private static String describe(VerifiedPartition partition) {
    return partition.state().text()
        + ", "
        + reachable(partition)
        + " rows, damage in "
        + damage(partition)
        + " places";
  }

  private static String remaining(VerifiedPartition state, List<Mend> rest) {
    Optional<String> open =
        rest.stream()
            .filter(mend -> !(mend instanceof Litter))
            .map(mend -> mend.proposal().action())
            .findFirst();
    return open.orElseGet(
        () ->
            state.findings().stream()
                .filter(finding -> finding.severity() == Severity.DAMAGE)
                .map(Finding::advice)
                .filter(advice -> !advice.isEmpty())
                .findFirst()
                .orElse("damage that no repair can mend"));
  }
}
