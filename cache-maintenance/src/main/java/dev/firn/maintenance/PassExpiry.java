package dev.firn.maintenance;

import dev.firn.core.append.Publisher;
import dev.firn.core.disk.Disk;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.io.IOException;

/**
 * Drops snapshots of live generations where it is asked for: every publish does so by itself, and
 * what is left after the last one is a few kilobytes. Takes the commit lock, and nothing else.
 */
final class PassExpiry {
  private final Disk disk;
  private final PartitionLocks locks;
  private final Publisher publisher;

  PassExpiry(Disk disk, PartitionLocks locks, Publisher publisher) {
    this.disk = disk;
    this.locks = locks;
    this.publisher = publisher;
  }

  /** The report, with what was dropped. */
  PartitionReport expire(PartitionReport report) {
    if (report.outcome() != Outcome.SKIPPED
        || !(new PartitionInspector(disk).inspect(report.partition()) instanceof Live live)) {
      return report;
    }
    int dropped;
    try (HeldLock lock = locks.takeCommitLock(report.partition().directory())) {
      lock.requireValid();
      dropped = publisher.expire(live.generation());
    } catch (IOException e) {
      return report.with(Outcome.FAILED, "snapshots cannot be dropped: " + e.getMessage(), 0);
    }
    return dropped == 0
        ? report
        : report.with(
            Outcome.SKIPPED, dropped + (dropped == 1 ? " snapshot" : " snapshots") + " dropped", 0);
  }
}
