package dev.firn.core.disk;

import java.io.Closeable;

/** An exclusive lock on a file, held until it is closed or the process ends. */
public interface DiskLock extends Closeable {

  /** False once the lock is lost, for example because an interrupt closed its channel. */
  boolean isValid();
}
