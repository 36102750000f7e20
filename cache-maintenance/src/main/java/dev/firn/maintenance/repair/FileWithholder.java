package dev.firn.maintenance.repair;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.append.Publisher;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.plan.SnapshotReader;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.quarantine.Quarantine;
import dev.firn.maintenance.quarantine.QuarantineRecord;
import dev.firn.maintenance.quarantine.QuarantineRecord.Kind;
import dev.firn.maintenance.swap.PartitionCompactor;
import dev.firn.maintenance.swap.PartitionCompactor.Result;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Goes on without damaged files (I3: nothing is taken out of a live generation). The caller holds
 * the lease.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Put in quarantine</b>: a second name for each file and a record of it, durably. The
 *       partition is as before; records that the live generation does not confirm withhold nothing,
 *       and the next repair uses them.
 *   <li><b>Landed files published without the damaged ones</b>, in one commit that counts these as
 *       published and confirms their records. Before it the partition cannot be read, after it
 *       every other row can; the damaged files stay in {@code data/}, where nobody looks at them
 *       any more.
 *   <li><b>Swapped</b> to a generation without the damaged files of the snapshot, as any rewrite is
 *       swapped, proved with their rows as a reason of its own. It confirms their records. All
 *       other files are carried over; those to which deletes apply are rewritten, as a generation
 *       takes no deletes along.
 * </ol>
 *
 * The old generation is retired and keeps the files for its grace; the quarantine keeps them after.
 */
final class FileWithholder {
  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final PartitionLocks locks;
  private final Publisher publisher;

  FileWithholder(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      PartitionLocks locks) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
    this.locks = locks;
    this.publisher = new Publisher(disk, clock, config.snapshots());
  }

  /**
   * @param damaged files of the live generation, which is {@code name}
   */
  void withhold(Partition partition, GenerationName name, List<DamagedFile> damaged)
      throws IOException {
    Live live = live(partition, name);
    Quarantine quarantine = new Quarantine(disk, partition);
    Map<LandedName, String> landed = new HashMap<>();
    Map<String, String> published = new HashMap<>();
    for (DamagedFile file : damaged) {
      QuarantineRecord entry =
          new QuarantineRecord(
              name,
              file.fileName(),
              file.kind(),
              file.rows(),
              file.why(),
              clock.instant().toString(),
              file.deletes());
      quarantine.add(entry, file.path());
      if (file.kind() == Kind.LANDED) {
        landed.put(LandedName.parse(file.fileName()).orElseThrow(), entry.id());
      } else {
        published.put(file.location(), entry.id());
      }
    }
    if (!landed.isEmpty()) {
      try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
        if (!CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor())) {
          throw new CommitConflict(partition.cursorFile() + " was changed meanwhile");
        }
        lock.requireValid();
        publisher.publishWithout(live.generation(), landed);
      }
    }
    if (!published.isEmpty()) {
      swap(live(partition, name), published);
    }
  }

  private Live live(Partition partition, GenerationName name) throws CommitConflict {
    if (new PartitionInspector(disk).inspect(partition) instanceof Live live
        && live.generation().name().equals(name)) {
      return live;
    }
    throw new CommitConflict(partition.directory() + " has changed since it was looked at");
  }

  private void swap(Live live, Map<String, String> leftOut) throws IOException {
    Content content =
        SnapshotReader.read(live.generation(), live.cursor().cursor().baselineFiles(), Set.of());
    List<List<PlannedFile>> groups = new ArrayList<>();
    List<PlannedFile> carried = new ArrayList<>();
    for (PlannedFile file : content.snapshot().files()) {
      if (leftOut.containsKey(file.location())) {
        continue;
      }
      if (file.deleted()) {
        groups.add(List.of(file));
      } else {
        carried.add(file);
      }
    }
    Rewrite plan = new Rewrite("damaged files are left out", groups, carried, List.of(), 0);
    Result result =
        new PartitionCompactor(disk, config, clock, locks, publisher)
            .compactWithout(live, plan, content, leftOut);
    forget(live.partition(), leftOut.keySet(), result.carried());
  }

  /** What passes remember of unreadable files goes by their locations, which are others now. */
  private void forget(Partition partition, Set<String> leftOut, Map<String, String> carried)
      throws IOException {
    PassMemory memory = PassMemory.load(disk, cache);
    Optional<PassMemory.Entry> found = memory.find(partition.path());
    if (found.isEmpty() || found.get().unreadable().isEmpty()) {
      return;
    }
    PassMemory.Entry entry = found.get();
    Map<String, String> unreadable = new HashMap<>();
    entry
        .unreadable()
        .forEach(
            (location, why) -> {
              if (!leftOut.contains(location)) {
                unreadable.put(carried.getOrDefault(location, location), why);
              }
            });
    memory.put(
        partition.path(),
        new PassMemory.Entry(
            entry.at(),
            entry.outcome(),
            entry.reason(),
            entry.givenUp(),
            entry.freeBytes(),
            unreadable,
            entry.left(),
            entry.litter()));
    memory.save(memory.lastPass().orElse(""));
  }
}
