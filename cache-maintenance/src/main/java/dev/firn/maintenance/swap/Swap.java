package dev.firn.maintenance.swap;

import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.append.Publisher;
import dev.firn.core.append.ReceiptLedger;
import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import org.apache.iceberg.FileScanTask;

/**
 * Makes a built generation the live one (I1, I3, I6). The caller holds the lease.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Built</b>: the building directory is whole and durable. The old generation is live; the
 *       sweep removes the building directory after its grace.
 *   <li><b>Caught up</b>, as often as many files were appended meanwhile: files that landed in the
 *       old generation are published there and taken over into the building directory, and with
 *       them the receipts that a retry of their appends is to be answered with. The commit lock is
 *       held for the publishing alone. As before.
 *   <li><b>Locked, and checked</b>: the cursor holds the very bytes that the plan was made from.
 *       What landed since the last step is published and taken over; nothing lands any more, since
 *       landing needs this lock. Had anything but an append happened, the swap would be given up.
 *       As before.
 *   <li><b>Renamed</b> to its generation's name, and the partition's directory synced: the old one
 *       is live; the new one is a generation that no cursor names and that holds no more than it
 *       was proved to hold, so the sweep removes it after its grace. Until the directory is synced
 *       a power cut may undo the rename: as before it.
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
  /** With more new files than this, catching up is done once more without the lock. */
  private static final int FEW = 8;

  private static final int ROUNDS = 5;

  private final Disk disk;
  private final PartitionLocks locks;
  private final Publisher publisher;

  Swap(Disk disk, PartitionLocks locks, Publisher publisher) {
    this.disk = disk;
    this.locks = locks;
    this.publisher = publisher;
  }

  /**
   * @param files live files of {@code planned}
   * @param now the time of the swap, for the cursor and the marker
   * @return what was taken over of what was appended meanwhile
   * @throws CommitConflict if the partition has moved since the plan; the old generation is live
   * @throws CommitStateUnknown if either may be live; nothing may be removed
   */
  CatchUp swap(Live planned, Collection<FileScanTask> files, BuiltGeneration built, Instant now)
      throws IOException {
    try {
      CatchUp catchUp = new CatchUp(disk, planned.generation(), files);
      ReceiptLedger receipts =
          new ReceiptLedger(disk, planned.partition(), built.builder().building(), now);
      for (int round = 0; round < ROUNDS; round++) {
        Generation current = publishedNow(planned);
        receipts.carry(current);
        if (catchUp.run(current, built) <= FEW) {
          break;
        }
      }
      Publisher.Prepared prepared = prepare(planned);
      try (HeldLock lock = locks.takeCommitLock(planned.partition().directory())) {
        requireCursor(planned);
        Generation last = publisher.publish(planned.generation(), prepared);
        receipts.carry(last);
        catchUp.run(last, built);
        if (disk.stat(built.builder().target()).isPresent()) {
          throw new CommitConflict(
              built.builder().target() + " exists: somebody else used the number");
        }
        lock.requireValid();
        retirePredecessors(planned, now);
        changeOver(planned, built, catchUp, files.size(), now);
      }
      return catchUp;
    } catch (CommitConflict | Corrupt e) { // both come before the rename only
      Trees.removeOwn(disk, built.builder().building(), e);
      throw e;
    }
  }

  private Generation publishedNow(Live planned) throws IOException {
    Publisher.Prepared prepared = prepare(planned);
    try (HeldLock lock = locks.takeCommitLock(planned.partition().directory())) {
      requireCursor(planned);
      lock.requireValid();
      return publisher.publish(planned.generation(), prepared);
    }
  }

  private Publisher.Prepared prepare(Live planned) throws IOException {
    Generation old = planned.generation();
    return publisher.prepare(Generation.load(disk, old.directory(), old.name()));
  }

  /**
   * A kill right after an earlier swap leaves its predecessor unmarked, retired only because the
   * cursor names it. The cursor is about to name another one.
   */
  private void retirePredecessors(Live planned, Instant now) throws IOException {
    for (OtherGeneration other : planned.others()) {
      if (other.retired().isEmpty()
          && PartitionInspector.isNamedAsPredecessor(
              planned.cursor().cursor(), planned.generation(), other.name())) {
        RetiredMarker.write(disk, other.directory(), now);
      }
    }
  }

  private void changeOver(
      Live planned, BuiltGeneration built, CatchUp catchUp, long dataFilesBefore, Instant now)
      throws IOException {
    Partition partition = planned.partition();
    disk.rename(built.builder().building(), built.builder().target());
    disk.syncDirectory(partition.directory());
    byte[] cursor =
        CursorCodec.formatSwapped(
            planned.cursor().cursor(),
            built.name(),
            catchUp.proof(built).rowsOut(),
            now,
            dataFilesBefore + catchUp.files(),
            built.dataFiles() + catchUp.files());
    try {
      CursorFile.replace(disk, partition.cursorFile(), cursor);
    } catch (IOException e) {
      throw new CommitStateUnknown(
          partition.cursorFile() + ": it is unknown whether it names " + built.name(), e);
    }
    RetiredMarker.write(disk, planned.generation().directory(), now);
  }

  private void requireCursor(Live planned) throws CommitConflict {
    if (!CursorFile.isUnchanged(disk, planned.partition().cursorFile(), planned.cursor())) {
      throw new CommitConflict(
          planned.partition().cursorFile() + " was changed while the partition was rewritten");
    }
  }
}
