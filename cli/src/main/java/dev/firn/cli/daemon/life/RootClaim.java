package dev.firn.cli.daemon.life;

import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.disk.Disk;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.LockRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to be the daemon of a root: a lock of the operating system, with a description of its
 * holder beside it. The lock of a daemon that was killed is free at once, and the description that
 * it left says nothing without it; so nothing that a dead daemon leaves blocks a start.
 */
public final class RootClaim implements Closeable {
  /** Whoever asks whether a daemon lives takes the lock for an instant. */
  private static final int ATTEMPTS = 10;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Disk disk;
  private final DaemonFiles files;
  private final HeldLock lock;
  private final long pid;
  private final String since;

  private RootClaim(Disk disk, DaemonFiles files, HeldLock lock, long pid, String since) {
    this.disk = disk;
    this.files = files;
    this.lock = lock;
    this.pid = pid;
    this.since = since;
  }

  /**
   * Takes it, making the root if it is not there.
   *
   * @param since ISO time of the start
   * @throws LeaseUnavailable if another daemon has it, naming that one
   */
  public static RootClaim take(Disk disk, CacheDirectory cache, String since) throws IOException {
    new FileSystemCheck(disk).require(cache.root());
    DaemonFiles files = DaemonFiles.of(cache);
    files.create(disk);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<HeldLock> lock = LockRegistry.ofThisProcess().tryAcquire(disk, files.lock());
      if (lock.isPresent()) {
        RootClaim claim =
            new RootClaim(disk, files, lock.get(), ProcessHandle.current().pid(), since);
        claim.describe("");
        return claim;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new LeaseUnavailable(
        files.lock(),
        DaemonDescription.find(disk, files)
            .map(DaemonDescription::sentence)
            .orElse("the daemon of this root"));
  }

  /** The daemon that lives; empty if none does. Takes the lock for an instant to know. */
  public static Optional<DaemonDescription> findHolder(Disk disk, CacheDirectory cache)
      throws IOException {
    DaemonFiles files = DaemonFiles.of(cache);
    if (disk.stat(files.lock()).isEmpty()) {
      return Optional.empty();
    }
    Optional<HeldLock> lock = LockRegistry.ofThisProcess().tryAcquire(disk, files.lock());
    if (lock.isPresent()) {
      lock.get().close();
      return Optional.empty();
    }
    return DaemonDescription.find(disk, files);
  }

  /** Says where it listens. */
  public void describe(String address) throws IOException {
    new DaemonDescription(pid, address, since).write(disk, files);
  }

  /** Gives it up. */
  @Override
  public void close() throws IOException {
    try {
      disk.delete(files.description());
    } finally {
      lock.close();
    }
  }
}
