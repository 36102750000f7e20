package dev.firn.core.append;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.cursor.CursorFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Publishes what a process has landed in one partition, now and then; see {@link Publisher}. */
final class PartitionPublishing {
  private static final int ATTEMPTS = 20;

  private final Disk disk;
  private final Partition partition;
  private final PartitionLocks locks;
  private final Publisher publisher;
  private final LandingSequence sequence;
  private final PartitionInspector inspector;
  private volatile boolean dirty;
  private volatile @Nullable Live landedIn;
  private volatile @Nullable Live published;

  PartitionPublishing(
      Disk disk,
      Partition partition,
      PartitionLocks locks,
      Publisher publisher,
      LandingSequence sequence) {
    this.disk = disk;
    this.partition = partition;
    this.locks = locks;
    this.publisher = publisher;
    this.sequence = sequence;
    this.inspector = new PartitionInspector(disk);
  }

  /**
   * There may be something to publish from now on.
   *
   * @param where the partition as the writer sees it
   */
  void somethingLanded(Live where) {
    landedIn = where;
    dirty = true;
  }

  /** The state as the last publish left it, if that came later. */
  Live newest(Live state) {
    Live last = published;
    return last != null
            && last.cursor().equals(state.cursor())
            && last.generation().version() > state.generation().version()
        ? last
        : state;
  }

  /** Publishes what has landed, if anything has since the last time. */
  void publish() throws IOException {
    for (int attempt = 0; dirty && attempt < ATTEMPTS; attempt++) {
      dirty = false;
      try {
        if (!publishedAsRemembered() && !publishedUnlessMoved()) {
          dirty = true;
        }
      } catch (IOException | RuntimeException | Error e) {
        dirty = true;
        throw e;
      }
    }
  }

  /**
   * What the writer remembers of what it has landed: nothing is listed and no footer read. False if
   * the partition has moved since, or another writer has landed.
   */
  private boolean publishedAsRemembered() throws IOException {
    Live live = landedIn;
    if (live == null || !sequence.hasLandedIn(live.generation().name())) {
      return false;
    }
    try {
      Generation generation = live.generation();
      Publisher.Prepared prepared;
      try {
        prepared = publisher.prepare(generation, sequence.unpublished(), sequence::described);
      } catch (Corrupt e) {
        return false; // a repair may have gone on without the file: look anew
      }
      try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
        if (!CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor())) {
          return false;
        }
        Optional<LandingSequence.Landed> landed = sequence.unpublishedOf(generation.name());
        if (landed.isEmpty()) {
          return false;
        }
        lock.requireValid();
        published(live, publisher.publish(generation, landed.get(), prepared, null));
        return true;
      }
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** False if the cursor has changed between the look at it and the lock. */
  private boolean publishedUnlessMoved() throws IOException {
    PartitionState found = inspector.inspect(partition);
    if (!(found instanceof Live live) || live.generation().unpublished().isEmpty()) {
      return true;
    }
    Generation generation = live.generation();
    Publisher.Prepared prepared =
        publisher.prepare(generation, generation.unpublished(), sequence::described);
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      if (!CursorFile.isUnchanged(disk, partition.cursorFile(), live.cursor())) {
        return false;
      }
      lock.requireValid();
      published(live, publisher.publish(generation, prepared));
      return true;
    }
  }

  private void published(Live live, Generation now) {
    sequence.published(now.name(), now.published());
    published = new Live(partition, live.cursor(), now, live.others());
  }
}
