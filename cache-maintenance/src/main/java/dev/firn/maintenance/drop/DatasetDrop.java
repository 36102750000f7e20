package dev.firn.maintenance.drop;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.FileStat;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.read.DeletedRows;
import dev.firn.core.read.UnpublishedRows;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.drop.DropReport.Dropped;
import dev.firn.maintenance.drop.DropReport.Outcome;
import dev.firn.maintenance.journal.Journal;
import dev.firn.maintenance.journal.JournalEntry;
import dev.firn.maintenance.report.FailedDisk;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.swap.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Removes a dataset: all partitions with all their generations, and what is held for them.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Brought in</b>: what is held lands, as with any append. All is as before.
 *   <li><b>Locked</b>: the right to create partitions, then the lease and the commit lock of every
 *       partition, in the order of their paths. Nobody lands, publishes, builds or sweeps there.
 *   <li><b>Renamed aside</b> to {@code datasets/.removing-<dataset>-…}, in one atomic step, and the
 *       directory synced: the dataset is gone, as a whole. Before a sync a power cut may undo that.
 *       An append that waits finds no partition and creates it anew; one that was about to be
 *       acknowledged fails as unknown. Writers tell the old cursor from the new one, though all
 *       names are the same: no two creations write the same bytes. Readers that have it open are
 *       told that it was removed.
 *   <li><b>Removed</b>, held files that could not land first: see {@link HeldOfDropped}. Killed in
 *       the middle, a directory is left that nobody names; the next pass, or the next drop, goes
 *       on.
 * </ol>
 *
 * A partition in doubt, or rows that another program keeps in the dataset's directory, stop all of
 * it before anything is done.
 */
public final class DatasetDrop {
  /** No archive can be there. */
  private static final Set<String> OWN =
      Set.of(CacheDirectory.DATASETS, HeldAppends.HELD, CacheDirectory.MAINTENANCE);

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final String command;
  private final PartitionLocks locks;

  /**
   * @param command what this process is, for those who find a partition held
   */
  public DatasetDrop(
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
  }

  /**
   * Drops a dataset; every failure is in the report.
   *
   * @param apply without it nothing is written
   * @param withArchives its archives go, too
   * @throws IllegalArgumentException for the journal of maintenance
   */
  public DropReport run(String dataset, boolean apply, boolean withArchives) throws IOException {
    if (dataset.equals(CacheDirectory.JOURNAL_DATASET)) {
      throw new IllegalArgumentException(
          dataset
              + " says what maintenance did; \"journal\": false ends it, retention shortens it");
    }
    List<Partition> partitions = cache.partitions(dataset);
    List<Dropped> counted = new ArrayList<>();
    for (Partition partition : partitions) {
      counted.add(count(partition));
    }
    List<Path> archives = archives(dataset);
    List<Path> copies = copies(dataset);
    long bytes = counted.stream().mapToLong(Dropped::freeableBytes).sum();
    Answer answer = new Answer(Outcome.PROPOSED, "--apply does it", false);
    try {
      Optional<Answer> against = against(dataset, partitions);
      if (against.isPresent()) {
        answer = against.get();
      } else if (apply) {
        new FileSystemCheck(disk).require(cache.root());
        new Reserve(disk, cache).giveUpIfFull();
        bringIn(partitions);
        drop(dataset);
        if (withArchives) {
          for (Path archive : archives) {
            Trees.remove(disk, archive);
            disk.syncDirectory(Objects.requireNonNull(archive.getParent()));
          }
        }
        answer = new Answer(Outcome.DROPPED, "removed", false);
      }
    } catch (LeaseUnavailable e) {
      answer = new Answer(Outcome.HELD, "held by " + e.owner(), false);
    } catch (IOException e) {
      String why = DiskReason.of(e);
      answer = new Answer(Outcome.FAILED, why + "; run it again", FailedDisk.isReasonOf(e));
    }
    DropReport report =
        new DropReport(
            dataset,
            answer.outcome(),
            answer.reason(),
            counted,
            archives,
            withArchives && answer.outcome() == Outcome.DROPPED,
            copies,
            bytes,
            answer.diskRefused());
    journal(report);
    return report;
  }

  private record Answer(Outcome outcome, String reason, boolean diskRefused) {}

  private Dropped count(Partition partition) throws IOException {
    OptionalLong rows = OptionalLong.empty();
    if (new PartitionInspector(disk).inspect(partition) instanceof Live live) {
      rows =
          OptionalLong.of(
              UnpublishedRows.count(disk, live.generation())
                  + new DeletedRows(live.generation()).liveRows(live.generation().liveFiles()));
    }
    return new Dropped(
        partition,
        rows,
        new HeldAppends(disk, cache, clock).count(partition),
        Trees.measure(disk, partition.directory()).freeableBytes());
  }

  /** Why it cannot be dropped; empty if it can. */
  private Optional<Answer> against(String dataset, List<Partition> partitions) throws IOException {
    List<Path> spools = cache.foreignSpools(dataset);
    if (!spools.isEmpty()) {
      return Optional.of(
          new Answer(
              Outcome.REFUSED,
              "another program keeps rows in "
                  + cache.relative(spools.get(0))
                  + ": move them first",
              false));
    }
    for (Partition partition : partitions) {
      if (new PartitionInspector(disk).inspect(partition) instanceof Unreadable unreadable) {
        return Optional.of(
            new Answer(
                Outcome.UNREADABLE,
                partition.path() + ": " + unreadable.problem().text() + ": repair it first",
                false));
      }
    }
    return Optional.empty();
  }

  private void bringIn(List<Partition> partitions) throws IOException {
    CacheAppender appender =
        new CacheAppender(
            disk,
            cache,
            clock,
            new AppendOptions(Map.of(), config.snapshots(), Duration.ZERO, command));
    try {
      for (Partition partition : partitions) {
        appender.recover(partition);
      }
    } finally {
      appender.close();
    }
  }

  private void drop(String dataset) throws IOException {
    Path datasets = cache.root().resolve(CacheDirectory.DATASETS);
    Path directory = datasets.resolve(dataset);
    Path aside = DroppedDatasets.aside(datasets, dataset);
    Deque<HeldLock> held = new ArrayDeque<>();
    try {
      held.push(locks.takeCreationLock(cache.root()));
      List<Partition> partitions = cache.partitions(dataset);
      for (Partition partition : partitions) {
        held.push(locks.takeLease(partition.directory(), clock.instant()));
      }
      for (Partition partition : partitions) {
        held.push(locks.takeCommitLock(partition.directory()));
      }
      if (against(dataset, partitions).isPresent()) {
        throw new CommitConflict(directory + " has changed since it was looked at");
      }
      for (HeldLock lock : held) {
        lock.requireValid();
      }
      if (disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
        new HeldOfDropped(disk, cache).note(dataset, directory);
        disk.rename(directory, aside);
        disk.syncDirectory(datasets);
      }
    } finally {
      while (!held.isEmpty()) {
        held.pop().close();
      }
    }
    new DroppedDatasets(disk, cache).removeAll();
    new HeldOfDropped(disk, cache).removeEmpty(dataset);
  }

  private List<Path> archives(String dataset) throws IOException {
    List<Path> archives = new ArrayList<>();
    Optional<String> archive = config.retention().policy(dataset).archive();
    if (archive.isPresent()) {
      Path base = cache.root().resolve(archive.get()).normalize();
      Path directory = base.resolve(dataset);
      if (!cache.root().startsWith(base)
          && OWN.stream().noneMatch(name -> base.startsWith(cache.root().resolve(name)))
          && disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
        archives.add(directory);
      }
    }
    return archives;
  }

  private List<Path> copies(String dataset) throws IOException {
    List<Path> copies = new ArrayList<>();
    Path repairs = cache.maintenance().resolve("repair");
    if (disk.stat(repairs).map(FileStat::isDirectory).orElse(false)) {
      for (String repair : disk.list(repairs)) {
        Path copy = repairs.resolve(repair).resolve(CacheDirectory.DATASETS).resolve(dataset);
        if (disk.stat(copy).isPresent()) {
          copies.add(copy);
        }
      }
    }
    return copies;
  }

  private void journal(DropReport report) {
    if (report.outcome() == Outcome.DROPPED && config.housekeeping().journal()) {
      JournalEntry entry =
          JournalEntry.of(
              JournalEntry.Kind.DROP_DATASET,
              report.dataset(),
              CacheDirectory.DATASETS + "/" + report.dataset(),
              report.partitions().size() + " partitions",
              report.rows(),
              report.bytes());
      new Journal(disk, cache, clock, config.snapshots(), command)
          .write(clock.instant(), List.of(entry));
    }
  }
}
