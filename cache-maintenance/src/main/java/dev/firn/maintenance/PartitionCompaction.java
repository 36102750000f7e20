package dev.firn.maintenance;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.Publisher;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.report.FailedDisk;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.retain.ArchiveFailedException;
import dev.firn.maintenance.rewrite.ProofFailedException;
import dev.firn.maintenance.rewrite.UnreadableInputException;
import dev.firn.maintenance.rewrite.UnsupportedRewriteException;
import dev.firn.maintenance.swap.NotEnoughSpaceException;
import dev.firn.maintenance.swap.PartitionCompactor;
import dev.firn.maintenance.swap.PartitionCompactor.Result;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Compacts single partitions for a pass. Every failure becomes a report.
 *
 * <p>A data file that cannot be read does not stop its partition: the rewrite is begun anew with
 * the file carried over as it is, and the memory names it until it is gone.
 */
final class PartitionCompaction {
  private static final long WAIT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int MAX_UNREADABLE_PER_PASS = 64;

  private final Disk disk;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final PartitionLocks locks;
  private final PassMemory memory;
  private final PassOptions options;
  private final PartitionAssessor assessor;
  private final Publisher publisher;
  private boolean diskRefused;

  PartitionCompaction(
      Disk disk,
      MaintenanceConfig config,
      InstantSource clock,
      PartitionLocks locks,
      PassMemory memory,
      PassOptions options,
      PartitionAssessor assessor,
      Publisher publisher) {
    this.disk = disk;
    this.config = config;
    this.clock = clock;
    this.locks = locks;
    this.memory = memory;
    this.options = options;
    this.assessor = assessor;
    this.publisher = publisher;
  }

  /** True if the disk refused something: full, no permission, an error. */
  boolean diskRefused() {
    return diskRefused;
  }

  /**
   * Compacts one partition that was assessed as due, in as many steps as it takes.
   *
   * @param timeIsUp asked before each further step
   */
  PartitionReport compact(Assessment assessed, PassListener listener, BooleanSupplier timeIsUp) {
    if (options.dryRun()) {
      // What a pass keeps of its assessments does not say which rows go.
      Assessment whole = assessor.assess(assessed.partition());
      try {
        return whole.isDue() ? new DryRun(whole).report() : whole.report();
      } catch (IOException e) {
        return refused(assessed, e);
      }
    }
    Partition partition = assessed.partition();
    try (HeldLock lease = takeLease(partition)) {
      Assessment current = assessor.assess(partition);
      if (current.rewrite() == null) {
        return current.report();
      }
      PartitionReport report = rewrite(current, listener);
      lease.requireValid();
      while (report.outcome() == Outcome.COMPACTED
          && report.filesLeft() > 0
          && !timeIsUp.getAsBoolean()) {
        current = assessor.assess(partition);
        report =
            report.followedBy(
                current.rewrite() == null ? current.report() : rewrite(current, listener));
        lease.requireValid();
      }
      return report;
    } catch (LeaseUnavailable e) {
      return assessed.report(Outcome.HELD, "held by " + e.owner());
    } catch (IOException e) {
      return refused(assessed, e);
    }
  }

  private HeldLock takeLease(Partition partition) throws IOException {
    while (true) {
      try {
        return locks.takeLease(partition.directory(), clock.instant());
      } catch (LeaseUnavailable e) {
        if (!options.waitForHeld()) {
          throw e;
        }
        LockSupport.parkNanos(WAIT_PAUSE_NANOS);
      }
    }
  }

  /** Rewrites, carrying over whatever turns out to be unreadable on the way. */
  private PartitionReport rewrite(Assessment first, PassListener listener) {
    Assessment current = first;
    for (int attempt = 0; attempt < MAX_UNREADABLE_PER_PASS; attempt++) {
      Live live = Objects.requireNonNull(current.live());
      Content content = Objects.requireNonNull(current.content());
      Rewrite rewrite = Objects.requireNonNull(current.rewrite());
      try {
        long total = rewrite.bytesToRewrite();
        Result result =
            new PartitionCompactor(disk, config, clock, locks, publisher)
                .compact(
                    live,
                    rewrite,
                    content,
                    bytes -> listener.progress(live.partition(), bytes, total));
        return result.swapped() ? compacted(current, rewrite, result) : fruitless(current, result);
      } catch (UnreadableInputException e) {
        if (DiskReason.isOfTooManyFiles(e)) {
          return triedAgain(current, e);
        }
        rememberUnreadable(
            live.partition(), locationOf(content, live, e.input()), String.valueOf(e.getMessage()));
        current = assessor.assess(live.partition());
        if (current.rewrite() == null) {
          return current.report(
              Outcome.FAILED, "cannot be compacted: " + e.getMessage() + "; " + current.reason());
        }
      } catch (UnsupportedRewriteException | ProofFailedException | Corrupt e) {
        return DiskReason.isOfTooManyFiles(e)
            ? triedAgain(current, e)
            : giveUp(current, String.valueOf(e.getMessage()));
      } catch (CommitConflict e) {
        return current.report(Outcome.FAILED, e.getMessage() + "; the next pass plans anew");
      } catch (ArchiveFailedException e) {
        diskRefused |= e.getCause() != null && FailedDisk.isReasonOf(e.getCause());
        return current.report(Outcome.FAILED, String.valueOf(e.getMessage())); // tried next time
      } catch (NotEnoughSpaceException e) {
        Optional<Rewrite> affordable = rewrite.wholeFilesAlone();
        if (affordable.isEmpty()) {
          return refused(current, e); // found out before anything was read
        }
        current = current.with(affordable.get());
      } catch (IOException e) {
        return refusedHalfWay(current, e);
      } catch (RuntimeException e) {
        return giveUp(current, "internal error: " + e);
      }
    }
    return giveUp(current, "more than " + MAX_UNREADABLE_PER_PASS + " data files are unreadable");
  }

  private PartitionReport refused(Assessment assessment, IOException error) {
    diskRefused |= FailedDisk.isReasonOf(error);
    return assessment.report(
        Outcome.FAILED, Objects.requireNonNullElse(error.getMessage(), error.toString()));
  }

  /** What could not be opened because too much is open is not to blame, and opens another time. */
  private PartitionReport triedAgain(Assessment assessment, Exception error) {
    diskRefused = true;
    return assessment.report(Outcome.FAILED, String.valueOf(error.getMessage()));
  }

  /** A rewrite that the disk cut short would cost as much, and end the same way, at every pass. */
  private PartitionReport refusedHalfWay(Assessment assessment, IOException error) {
    PartitionReport report = refused(assessment, error);
    if (!(error instanceof CacheException) && !DiskReason.isOfTooManyFiles(error)) {
      long free;
      try {
        free = disk.usableBytes(assessment.partition().directory());
      } catch (IOException e) {
        return report;
      }
      rememberGivenUp(assessment, report.reason(), Math.max(1, free));
    }
    return report;
  }

  private PartitionReport compacted(Assessment before, Rewrite rewrite, Result result) {
    Content content = Objects.requireNonNull(before.content());
    String reason = rewrite.reason();
    Map<String, String> unreadable = new TreeMap<>();
    remembered(before.partition())
        .forEach(
            (location, why) -> {
              String carried = result.carried().get(location);
              if (carried != null) {
                unreadable.put(carried, why);
              }
            });
    put(before.partition(), reason, "", 0, unreadable);
    if (!unreadable.isEmpty()) {
      reason +=
          "; carried over as they are, because they cannot be read: "
              + String.join("; ", unreadable.values());
    }
    if (result.filesCaughtUp() > 0) {
      reason +=
          "; "
              + result.filesCaughtUp()
              + " files with "
              + result.rowsCaughtUp()
              + " rows that were appended meanwhile were taken over";
    }
    Layout layout = result.name().layout();
    return new PartitionReport(
        before.partition(),
        Optional.of(layout),
        Outcome.COMPACTED,
        reason,
        before.report().generationBefore(),
        result.name().format(),
        // Those that were not published yet when it was planned are among those caught up.
        before.rows() - before.unpublishedRows() + result.rowsCaughtUp(),
        result.rowsOut(),
        result.dropped(),
        result.rowsArchived(),
        content.snapshot().files().size() + result.filesCaughtUp(),
        result.dataFiles(),
        result.filesRewritten(),
        result.carried().size(),
        content.snapshot().bytes() + result.bytesCaughtUp(),
        result.bytes(),
        result.bytesWritten(),
        rewrite.left());
  }

  /** A rewrite that would leave as many files as there were is no progress and is not repeated. */
  private PartitionReport fruitless(Assessment before, Result result) {
    Content content = Objects.requireNonNull(before.content());
    String reason =
        content.snapshot().files().size()
            + " data files would have become "
            + result.dataFiles()
            + ": nothing gained, given up";
    rememberGivenUp(before, reason, 0);
    return before.report(Outcome.SKIPPED, reason);
  }

  private PartitionReport giveUp(Assessment before, String reason) {
    rememberGivenUp(before, reason, 0);
    return before.report(Outcome.FAILED, reason);
  }

  private void rememberGivenUp(Assessment before, String reason, long freeBytes) {
    Live live = Objects.requireNonNull(before.live());
    put(
        live.partition(),
        reason,
        PartitionAssessor.fingerprint(live, Objects.requireNonNull(before.content())),
        freeBytes,
        remembered(live.partition()));
  }

  private void rememberUnreadable(Partition partition, String location, String why) {
    Map<String, String> files = new TreeMap<>(remembered(partition));
    files.put(location, why);
    put(partition, "unreadable data files", "", 0, files);
  }

  private Map<String, String> remembered(Partition partition) {
    return memory.find(partition.path()).map(PassMemory.Entry::unreadable).orElse(Map.of());
  }

  private void put(
      Partition partition,
      String reason,
      String givenUp,
      long freeBytes,
      Map<String, String> unreadable) {
    memory.put(
        partition.path(),
        new PassMemory.Entry(
            clock.instant().toString(),
            Outcome.FAILED.text(),
            reason,
            givenUp,
            freeBytes,
            unreadable,
            0));
  }

  private static String locationOf(Content content, Live live, String path) {
    for (String location : content.tasks().keySet()) {
      try {
        if (live.generation().io().resolve(location).toString().equals(path)) {
          return location;
        }
      } catch (IOException e) {
        continue;
      }
    }
    throw new AssertionError(path);
  }
}
