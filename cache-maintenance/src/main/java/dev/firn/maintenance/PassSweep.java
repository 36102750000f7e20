package dev.firn.maintenance;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.drop.DroppedDatasets;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.reconcile.LitterInspector;
import dev.firn.maintenance.reconcile.MetadataReconciler;
import dev.firn.maintenance.report.FailedDisk;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport.Kept;
import dev.firn.maintenance.report.PassReport.Removed;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.sweep.PartitionSweeper;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.sweep.SweepItem;
import dev.firn.maintenance.sweep.SweepItem.Action;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The sweep of a pass. A partition is looked at without a lock first; the lease is taken only where
 * something is to be done, so that a pass with nothing to do writes nothing.
 */
final class PassSweep {
  private final Disk disk;
  private final CacheDirectory cache;
  private final PartitionLocks locks;
  private final SweepInspector inspector;
  private final MetadataReconciler metadata;
  private final LitterInspector data;
  private final PassOptions options;
  private final List<Removed> removed = new ArrayList<>();
  private final List<Kept> kept = new ArrayList<>();
  private final Set<String> clean = new HashSet<>();
  private final Map<String, Litter> litter = new TreeMap<>();
  private long bytesPending;
  private boolean diskRefused;

  PassSweep(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      PartitionLocks locks,
      ObservedTime time,
      PassOptions options) {
    this.disk = disk;
    this.cache = cache;
    this.locks = locks;
    this.inspector = new SweepInspector(disk, cache, config, time, options.noGrace());
    this.metadata = new MetadataReconciler(disk, config, locks, time);
    this.data = new LitterInspector(disk, config, time);
    this.options = options;
  }

  List<Removed> removed() {
    return removed;
  }

  List<Kept> kept() {
    return kept;
  }

  /** True if nothing is there that could go, now or one day. */
  boolean isClean(Partition partition) {
    return clean.contains(partition.path());
  }

  /** Data files that nobody reads, by path of the partition; of those alone that have some. */
  Map<String, Litter> litter() {
    return litter;
  }

  Litter litter(Partition partition) {
    return litter.getOrDefault(partition.path(), Litter.NONE);
  }

  long bytesPending() {
    return bytesPending;
  }

  boolean diskRefused() {
    return diskRefused;
  }

  /**
   * Sweeps one partition.
   *
   * @return the report, changed only if the sweep failed or the partition is held
   */
  PartitionReport sweep(PartitionReport report, Instant now) {
    Partition partition = report.partition();
    try {
      if (!(new PartitionInspector(disk).inspect(partition) instanceof Live live)) {
        return report;
      }
      List<SweepItem> items = inspector.inspect(live);
      MetadataReconciler.Finding strays = metadata.inspect(live);
      LitterInspector.Finding unread = data.inspect(live);
      if (!unread.litter().isNone()) {
        litter.put(partition.path(), unread.litter());
      }
      if (items.isEmpty()
          && !strays.isUnfinished()
          && !unread.isWaiting()
          && unread.litter().isNone()) {
        clean.add(partition.path());
      }
      boolean todo =
          Stream.concat(items.stream(), strays.item().stream())
              .anyMatch(item -> item.action() != Action.KEEP);
      if (todo && options.steps().sweeps() && !options.dryRun()) {
        try (HeldLock lease = locks.takeLease(partition.directory(), now)) {
          new PartitionSweeper(disk, locks, inspector)
              .sweep(partition, now, item -> add(item, true));
          lease.requireValid();
          strays
              .item()
              .filter(item -> item.action() == Action.KEEP)
              .ifPresent(item -> add(item, true));
          metadata.remove(partition).ifPresent(item -> add(item, true));
        }
      } else {
        boolean would = options.dryRun() && options.steps().sweeps();
        items.forEach(item -> add(item, would));
        strays.item().ifPresent(item -> add(item, would));
      }
      return report;
    } catch (LeaseUnavailable e) {
      return with(report, Outcome.HELD, "not swept: held by " + e.owner());
    } catch (CommitConflict e) {
      return with(report, Outcome.FAILED, "not swept: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      // What is missing was dropped, or removed by another pass, while this one looked.
      diskRefused |= !(e instanceof NoSuchFileException) && FailedDisk.isReasonOf(e);
      String why = DiskReason.of(e);
      return with(report, Outcome.FAILED, "not swept: " + why);
    }
  }

  /** Goes on with datasets whose removal was interrupted. */
  void sweepDropped() {
    if (!options.steps().sweeps()) {
      return;
    }
    DroppedDatasets dropped = new DroppedDatasets(disk, cache);
    try {
      for (Path path : dropped.list()) {
        long bytes = Trees.measure(disk, path).freeableBytes();
        if (!options.dryRun()) {
          dropped.remove(path);
        }
        removed.add(
            new Removed(cache.relative(path), "the removal of a dataset was interrupted", bytes));
      }
    } catch (IOException e) {
      diskRefused = true;
    }
  }

  /** Removes what killed passes left among the notes: temporary names whose grace is over. */
  void sweepNotes() {
    if (!options.steps().sweeps()) {
      return;
    }
    try {
      for (SweepItem item : inspector.inspectNotes()) {
        if (!options.dryRun()) {
          disk.delete(item.path());
        }
        add(item, true);
      }
    } catch (NoSuchFileException e) {
      return; // another pass was first
    } catch (IOException e) {
      diskRefused = true;
    }
  }

  /** Names something that is as it should not be, and is no trouble of a partition's. */
  void note(String path, String what) {
    kept.add(new Kept(path, what));
  }

  private void add(SweepItem item, boolean swept) {
    String path = cache.relative(item.path());
    if (item.action() == Action.REMOVE && swept) {
      removed.add(new Removed(path, item.why(), item.freeableBytes()));
      return;
    }
    kept.add(
        new Kept(path, item.action() == Action.REMOVE ? item.why() + ", not swept" : item.why()));
    if (item.isPending()) {
      bytesPending += item.freeableBytes();
    }
  }

  /** A partition that was compacted stays so; else the sweep's trouble is its outcome. */
  private static PartitionReport with(PartitionReport report, Outcome outcome, String reason) {
    Outcome worse = report.outcome() == Outcome.SKIPPED ? outcome : report.outcome();
    return report.with(worse, report.reason() + "; " + reason, report.filesLeft());
  }
}
