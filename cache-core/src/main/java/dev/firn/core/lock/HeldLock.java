package dev.firn.core.lock;

import dev.firn.core.disk.DiskLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** A lock that this process holds until it is closed. Closing it twice is harmless. */
public final class HeldLock implements Closeable {
  private final LockRegistry registry;
  private final Object identity;
  private final Path file;
  private final DiskLock lock;
  private boolean released;

  HeldLock(LockRegistry registry, Object identity, Path file, DiskLock lock) {
    this.registry = registry;
    this.identity = identity;
    this.file = file;
    this.lock = lock;
  }

  /** Throws if the lock was lost, so that no step is taken that only its holder may take. */
  public void requireValid() throws IOException {
    if (released || !lock.isValid()) {
      throw new IOException(file + ": the lock was lost while it was needed");
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (!released) {
      released = true;
      registry.release(identity, lock);
    }
  }
}
