package dev.firn.core.append;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.append.HeldAppends.HeldFile;
import dev.firn.core.append.HeldAppends.Landing;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.HeldLock;
import java.io.IOException;
import java.util.Optional;

/**
 * Lands what is held for a partition that can take it again, one exchange a file.
 *
 * <p>A kill leaves each either held, or held and marked with the place where it was going to land:
 * found there, it has landed, and its held file goes; not found there, it is landed anew. A
 * generation only grows, so what has landed is found; if the generation itself is gone, nobody can
 * tell, and the file stays as it is.
 */
final class HeldRecovery {
  private final Disk disk;
  private final Partition partition;
  private final HeldAppends heldAppends;
  private boolean running;

  /** Lands one exchange, and gives it its receipt. */
  @FunctionalInterface
  interface Lander {
    void land(Pending pending) throws IOException;
  }

  HeldRecovery(Disk disk, Partition partition, HeldAppends heldAppends) {
    this.disk = disk;
    this.partition = partition;
    this.heldAppends = heldAppends;
  }

  /** True while it lands something: that must not begin another recovery. */
  boolean isRunning() {
    return running;
  }

  /** Does nothing if another process is at it. */
  void recover(Lander lander) throws IOException {
    if (heldAppends.list(partition).isEmpty()) {
      return;
    }
    Optional<HeldLock> lock = heldAppends.tryLock(partition);
    if (lock.isEmpty()) {
      return;
    }
    running = true;
    try (HeldLock held = lock.get()) {
      for (HeldFile file : heldAppends.list(partition)) {
        held.requireValid();
        recover(file, lander);
      }
    } finally {
      running = false;
    }
  }

  private void recover(HeldFile held, Lander lander) throws IOException {
    HeldFile file = held;
    if (file.landing().isPresent()) {
      Landing place = file.landing().get();
      if (heldAppends.hasLanded(partition, place)) {
        disk.syncDirectory(partition.generation(place.generation()).resolve("data"));
        heldAppends.release(file);
        return;
      }
      if (disk.stat(partition.generation(place.generation())).isEmpty()) {
        return;
      }
      file = heldAppends.unmark(file);
    }
    Pending pending;
    try {
      pending = new Pending(heldAppends.read(file), file);
    } catch (Corrupt e) {
      return; // it stays, and is counted, for somebody to look at
    }
    lander.land(pending);
    if (pending.failure instanceof ReusedIdException) {
      // It was acknowledged when nobody could look at what had landed: it goes in all the same.
      pending = pending.underIdOfItsOwn();
      lander.land(pending);
    }
    if (pending.receipt != null && !pending.receipt.held() && pending.held != null) {
      heldAppends.release(pending.held);
    }
  }
}
