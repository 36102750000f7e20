package dev.firn.core.disk;

import java.io.Closeable;
import java.io.IOException;

/** A new file being written from its start. Closing it makes nothing durable. */
public interface DiskOutput extends Closeable {

  /** Bytes written so far. */
  long position();

  void write(byte[] bytes, int offset, int length) throws IOException;

  /**
   * Makes all bytes written so far durable. A failed sync must not be repeated: give the file up.
   */
  void sync() throws IOException;
}
