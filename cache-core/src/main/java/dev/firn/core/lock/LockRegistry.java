package dev.firn.core.lock;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskLock;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The locks that this process holds, keyed by the identity of the file, so that a lock file is
 * never open twice here.
 *
 * <p>Why one registry: on POSIX a lock belongs to the process, and closing <em>any</em> descriptor
 * of the file drops it, silently. So a lock file is opened only while nobody in this process holds
 * it, and nothing but this class opens, reads, copies or links one. Two threads exclude each other
 * here, two processes through the operating system. Locks are exclusive and only ever tried, never
 * waited for: a blocking wait can starve and can report deadlocks that are none.
 *
 * <p>Lock files are empty and are never removed. A lock of a process that died is free at once.
 */
public final class LockRegistry {

  private static final LockRegistry OF_THIS_PROCESS = new LockRegistry();

  private final Set<Object> held = new HashSet<>();

  private LockRegistry() {}

  public static LockRegistry ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * Tries once to take the lock on {@code file}, creating it empty if it is absent.
   *
   * @return the lock, or empty if another thread or process holds it
   */
  public Optional<HeldLock> tryAcquire(Disk disk, Path file) throws IOException {
    synchronized (held) {
      Optional<Object> before = disk.identity(file);
      if (before.isEmpty()) {
        create(disk, file);
        before = disk.identity(file);
      }
      if (before.isEmpty() || held.contains(before.get())) {
        return Optional.empty();
      }
      Optional<DiskLock> lock = disk.tryLock(file);
      if (lock.isEmpty()) {
        return Optional.empty();
      }
      boolean kept = false;
      try {
        // Taken on a file that meanwhile lost its name, a lock excludes nobody.
        Optional<Object> after = disk.identity(file);
        if (after.isEmpty() || !before.equals(after)) {
          return Optional.empty();
        }
        Object identity = after.get();
        held.add(identity);
        kept = true;
        return Optional.of(new HeldLock(this, identity, file, lock.get()));
      } finally {
        if (!kept) {
          lock.get().close();
        }
      }
    }
  }

  /** Before it is locked, so that there is an identity to compare the locked file with. */
  private static void create(Disk disk, Path file) throws IOException {
    try {
      disk.create(file).close();
    } catch (FileAlreadyExistsException e) {
      // Somebody else was first; which file it is decides the stat that follows.
    }
  }

  void release(Object identity, DiskLock lock) throws IOException {
    synchronized (held) {
      held.remove(identity);
      lock.close();
    }
  }
}
