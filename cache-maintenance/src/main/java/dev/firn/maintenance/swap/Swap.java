package dev.firn.maintenance.swap;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.cursor.CursorState.Present;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Makes a built generation the live one (I1, I3, I6). The caller holds the lease.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Built</b>: the building directory is whole and durable. The old generation is live; the
 *       sweep removes the building directory after its grace.
 *   <li><b>Renamed</b> to its generation's name: the old one is live; the new one is a generation
 *       that no cursor names and that has not changed since its proof, so it holds no row of its
 *       own, and the sweep removes it after its grace. Until the partition's directory is synced, a
 *       power cut may undo the rename: the same as before it.
 *   <li><b>Locked, and checked</b>: under the commit lock the cursor holds the very bytes that the
 *       plan was made from, and the old generation's metadata is the one that was rewritten.
 *       Whoever adds rows does so under the same lock and would have moved one of the two; then the
 *       swap is given up. Nothing has changed on the disk.
 *   <li><b>Cursor replaced</b>, durably: the new generation is live. The old one carries no marker
 *       yet, but the cursor names it as previous, so it counts as retired; the next holder of the
 *       lease writes the marker, and the whole grace runs from then.
 *   <li><b>Marked</b>: {@code .retired} stands in the old generation. Readers that have it open go
 *       on for the grace.
 * </ol>
 *
 * The cursor's rename is the one step at which readers change over, and it is atomic. A failure
 * from that step on is unknown, not failed: nothing is removed.
 */
final class Swap {
  private final Disk disk;
  private final PartitionLocks locks;

  Swap(Disk disk, PartitionLocks locks) {
    this.disk = disk;
    this.locks = locks;
  }

  /**
   * @param now the time of the swap, for the cursor and the marker
   * @throws CommitConflict if the partition has moved since the plan; the old generation is live
   * @throws CommitStateUnknown if either may be live; nothing may be removed
   */
  void swap(Live planned, BuiltGeneration built, long dataFilesBefore, Instant now)
      throws IOException {
    Partition partition = planned.partition();
    if (disk.stat(built.target()).isPresent()) {
      CommitConflict conflict =
          new CommitConflict(built.target() + " exists: somebody else used the number");
      Trees.removeOwn(disk, built.building(), conflict);
      throw conflict;
    }
    disk.rename(built.building(), built.target());
    disk.syncDirectory(partition.directory());
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      requireUnmoved(planned);
      lock.requireValid();
      byte[] cursor =
          CursorCodec.formatSwapped(
              planned.cursor().cursor(),
              built.name(),
              built.rowsOut(),
              now.toString(),
              dataFilesBefore,
              built.dataFiles());
      try {
        CursorFile.replace(disk, partition.cursorFile(), cursor);
      } catch (IOException e) {
        throw new CommitStateUnknown(
            partition.cursorFile() + ": it is unknown whether it names " + built.name(), e);
      }
      RetiredMarker.write(disk, planned.generation().directory(), now);
    }
  }

  private void requireUnmoved(Live planned) throws IOException {
    Path file = planned.partition().cursorFile();
    Present cursor = planned.cursor();
    if (!CursorFile.isUnchanged(disk, file, cursor)) {
      throw new CommitConflict(file + " was changed while the partition was rewritten");
    }
    Generation old = planned.generation();
    Generation current = Generation.load(disk, old.directory(), old.name());
    if (!current.metadataFile().equals(old.metadataFile())) {
      throw new CommitConflict(
          old.directory()
              + " moved from "
              + old.metadataFile()
              + " to "
              + current.metadataFile()
              + " while it was rewritten");
    }
  }
}
