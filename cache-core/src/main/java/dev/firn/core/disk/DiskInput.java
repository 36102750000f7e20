package dev.firn.core.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file for positioned reads. */
public interface DiskInput extends Closeable {

  /** Size in bytes when it was opened. */
  long size();

  /**
   * Reads at least one byte at {@code position} into the buffer's remaining space, as many as one
   * call gives.
   *
   * @return bytes read, or -1 at the end of the file
   */
  int read(ByteBuffer target, long position) throws IOException;
}
