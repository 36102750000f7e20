package dev.firn.maintenance.restore;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.Publisher;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.journal.Journal;
import dev.firn.maintenance.journal.JournalEntry;
import dev.firn.maintenance.report.FailedDisk;
import dev.firn.maintenance.restore.RestorePlan.Refusal;
import dev.firn.maintenance.restore.RestorePlan.Restore;
import dev.firn.maintenance.restore.RestoreReport.Outcome;
import dev.firn.maintenance.swap.PartitionRestorer;
import dev.firn.maintenance.swap.PartitionRestorer.Restored;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Brings a partition back to the parent of its live generation, as long as that is there; what was
 * appended since stays. Without {@code apply} it says what it would do, and writes nothing.
 *
 * <p>It plans anew under the lease, so that no pass swaps or sweeps meanwhile; see {@link
 * PartitionRestorer} for what a kill leaves.
 */
public final class PartitionRestore {
  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final String command;
  private final PartitionLocks locks;
  private final Publisher publisher;

  /**
   * @param command what this process is, for those who find a partition held
   */
  public PartitionRestore(
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
  }

  /** Every failure is in the report. */
  public RestoreReport run(Partition partition, boolean apply) {
    try {
      RestoreReport proposed = restore(partition, false);
      if (!apply || proposed.outcome() != Outcome.PROPOSED) {
        return proposed;
      }
      new FileSystemCheck(disk).require(cache.root());
      try (HeldLock lease = locks.takeLease(partition.directory(), clock.instant())) {
        RestoreReport done = restore(partition, true);
        lease.requireValid();
        journal(done);
        return done;
      }
    } catch (LeaseUnavailable e) {
      return RestoreReport.without(partition, Outcome.HELD, "held by " + e.owner(), false);
    } catch (CommitConflict e) {
      return RestoreReport.without(
          partition, Outcome.FAILED, e.getMessage() + "; run it again", false);
    } catch (IOException e) {
      return RestoreReport.without(
          partition, Outcome.FAILED, DiskReason.of(e), FailedDisk.isReasonOf(e));
    }
  }

  private void journal(RestoreReport done) {
    if (config.housekeeping().journal() && done.outcome() == Outcome.RESTORED) {
      JournalEntry entry =
          new JournalEntry(
              JournalEntry.Kind.RESTORE,
              done.partition().dataset(),
              done.partition().path(),
              "back to " + done.parent().orElse("?") + ", " + done.rowsKept() + " rows kept",
              done.rowsBack(),
              0,
              done.generationBefore().orElse(null),
              done.generationAfter().orElse(null));
      new Journal(disk, cache, clock, config.snapshots(), command)
          .write(clock.instant(), List.of(entry));
    }
  }

  private RestoreReport restore(Partition partition, boolean apply) throws IOException {
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    if (state instanceof Absent) {
      return RestoreReport.without(
          partition, Outcome.REFUSED, "nothing has been written yet", false);
    }
    if (state instanceof Unreadable unreadable) {
      return RestoreReport.without(
          partition,
          Outcome.UNREADABLE,
          unreadable.problem().text() + ": " + unreadable.reason(),
          false);
    }
    if (!(state instanceof Live live)) {
      throw new AssertionError(state);
    }
    RestorePlan plan = new RestorePlanner(disk).plan(live);
    if (plan instanceof Refusal refusal) {
      return RestoreReport.without(partition, Outcome.REFUSED, refusal.reason(), false);
    }
    if (!(plan instanceof Restore restore)) {
      throw new AssertionError(plan);
    }
    if (!apply) {
      return report(live, restore, Outcome.PROPOSED, "--apply does it", Optional.empty());
    }
    Restored restored =
        new PartitionRestorer(disk, clock, locks, publisher)
            .restore(
                live, restore.parent(), restore.parentFiles(), restore.settled(), restore.added());
    return report(
        live,
        restore,
        Outcome.RESTORED,
        live.generation().name() + " is superseded and stays for its grace",
        Optional.of(restored));
  }

  private static RestoreReport report(
      Live live, Restore plan, Outcome outcome, String reason, Optional<Restored> restored) {
    long planned = plan.rowsBack() + plan.rowsKept();
    // What landed after the plan was made was there before the swap, and is there after it.
    long since = restored.map(r -> r.rows() - planned).orElse(0L);
    return new RestoreReport(
        live.partition(),
        outcome,
        reason,
        Optional.of(live.generation().name().format()),
        Optional.of(plan.parent().name().format()),
        plan.retired(),
        restored.map(Restored::generation),
        plan.rowsReplaced() + plan.rowsKept() + since,
        plan.rowsBack(),
        plan.rowsKept() + since,
        planned + since,
        restored
            .map(Restored::filesLinked)
            .orElse((long) plan.parentFiles().size() + plan.added().size()),
        false);
  }
}
