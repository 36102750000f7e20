package dev.firn.core.append;

import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;

/** Publishes what a process has landed in one partition, now and then; see {@link Publisher}. */
final class PartitionPublishing {
  private static final int ATTEMPTS = 20;

  private final Disk disk;
  private final Partition partition;
  private final PartitionLocks locks;
  private final Publisher publisher;
  private final PartitionInspector inspector;
  private volatile boolean dirty;

  PartitionPublishing(Disk disk, Partition partition, PartitionLocks locks, Publisher publisher) {
    this.disk = disk;
    this.partition = partition;
    this.locks = locks;
    this.publisher = publisher;
    this.inspector = new PartitionInspector(disk);
  }

  /** There may be something to publish from now on. */
  void somethingLanded() {
    dirty = true;
  }

  /** Publishes what has landed, if anything has since the last time. */
  void publish() throws IOException {
    for (int attempt = 0; dirty && attempt < ATTEMPTS; attempt++) {
      dirty = false;
      try {
        if (!publishedUnlessMoved()) {
          dirty = true;
        }
      } catch (IOException | RuntimeException | Error e) {
        dirty = true;
        throw e;
      }
    }
  }

  /** False if the cursor has changed between the look at it and the lock. */
  private boolean publishedUnlessMoved() throws IOException {
    PartitionState found = inspector.inspect(partition);
    if (!(found instanceof Live live) || live.generation().unpublished().isEmpty()) {
      return true;
    }
    Publisher.Prepared prepared = publisher.prepare(live.generation());
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      if (!CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor())) {
        return false;
      }
      lock.requireValid();
      publisher.publish(live.generation(), prepared);
      return true;
    }
  }
}
