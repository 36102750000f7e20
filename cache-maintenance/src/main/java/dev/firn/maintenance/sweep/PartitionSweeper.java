package dev.firn.maintenance.sweep;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.cursor.Cursor;
import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.sweep.SweepItem.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Removes from one partition what {@link SweepInspector} gave up (I5), and marks what it found
 * unmarked. The caller holds the lease, so nobody builds there.
 *
 * <p>For each thing, and what is there if the process is killed right after each step:
 *
 * <ol>
 *   <li><b>Locked, and decided again</b>: under the commit lock the partition is inspected anew and
 *       the inspector must come to the same decision on what is there now. Nothing has changed.
 *   <li><b>Renamed aside</b> to {@code .removing-…}, and the directory synced, still under the
 *       lock: it is no generation any more, whole as it is, and its name still uses up its number.
 *       A power cut may undo the rename: as before it.
 *   <li><b>The cursor is read once more</b>; were the partition in doubt by now, it stays aside.
 *   <li><b>Emptied</b>, deepest first, and before anything is written, since the disk may be full.
 *       Killed in the middle, a {@code .removing-} directory is left, which holds nothing that
 *       anybody names; the next sweep finishes it.
 *   <li><b>Number remembered</b>: if the cursor does not yet know a number as high as this one's,
 *       it is rewritten with it, under the lock, so that no later generation takes the number. The
 *       cursor says the same otherwise.
 *   <li><b>Removed</b>, its name as well.
 * </ol>
 */
public final class PartitionSweeper {
  private final Disk disk;
  private final PartitionLocks locks;
  private final SweepInspector inspector;

  public PartitionSweeper(Disk disk, PartitionLocks locks, SweepInspector inspector) {
    this.disk = disk;
    this.locks = locks;
    this.inspector = inspector;
  }

  /**
   * @param now what a marker says that had been missing
   * @param done takes each thing when it was removed, marked or kept
   */
  public void sweep(Partition partition, Instant now, Consumer<SweepItem> done) throws IOException {
    for (SweepItem item : inspector.inspect(requireLive(partition))) {
      switch (item.action()) {
        case KEEP -> done.accept(item);
        case MARK -> {
          try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
            if (requireSame(partition, item).isPresent()) {
              lock.requireValid();
              RetiredMarker.write(disk, item.path(), now);
            }
          }
          done.accept(item);
        }
        case REMOVE -> {
          if (remove(partition, item)) {
            done.accept(item);
          }
        }
      }
    }
  }

  private boolean remove(Partition partition, SweepItem item) throws IOException {
    Path aside = item.path();
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      if (requireSame(partition, item).isEmpty()) {
        return false;
      }
      if (item.name().isPresent() && PartitionFiles.parseRemoving(fileName(aside)).isEmpty()) {
        lock.requireValid();
        aside =
            partition
                .directory()
                .resolve(PartitionFiles.removing(item.name().get(), UUID.randomUUID()));
        disk.rename(item.path(), aside);
        disk.syncDirectory(partition.directory());
      }
    }
    requireLive(partition);
    if (item.name().isPresent()) {
      Trees.empty(disk, aside);
      remember(partition, item.name().get());
    }
    disk.delete(aside);
    disk.syncDirectory(Objects.requireNonNull(aside.getParent()));
    return true;
  }

  private void remember(Partition partition, GenerationName name) throws IOException {
    if (isRemembered(requireLive(partition).cursor().cursor(), name)) {
      return;
    }
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      Cursor cursor = requireLive(partition).cursor().cursor();
      lock.requireValid();
      if (!isRemembered(cursor, name)) {
        CursorFile.replace(
            disk, partition.cursorFile(), CursorCodec.formatRemembering(cursor, name.number()));
      }
    }
  }

  private static boolean isRemembered(Cursor cursor, GenerationName name) {
    return name.layout() != cursor.live().layout() || name.number() <= cursor.highestNumber();
  }

  private Live requireLive(Partition partition) throws IOException {
    if (new PartitionInspector(disk).inspect(partition) instanceof Live live) {
      live.generation().liveFiles(); // it loads: to the last manifest
      return live;
    }
    throw new CommitConflict(partition.directory() + " is in doubt since the sweep began");
  }

  /** The state if the inspector still decides the same about this item. */
  private Optional<Live> requireSame(Partition partition, SweepItem item) throws IOException {
    Live state = requireLive(partition);
    Action decided = item.action();
    boolean same =
        inspector.inspectAgain(state, item).filter(now -> now.action() == decided).isPresent();
    return same ? Optional.of(state) : Optional.empty();
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }
}
