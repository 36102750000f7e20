package dev.firn.core.disk;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A buffered output stream whose bytes are durable once {@link #close} has returned. After a failed
 * write it never returns: the file is not what its writer believes.
 */
final class SyncedStream extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final DiskOutput output;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;
  private boolean closed;
  private boolean failed;

  SyncedStream(DiskOutput output) {
    this.output = output;
  }

  long position() {
    return output.position() + buffered;
  }

  @Override
  public void write(int value) throws IOException {
    if (buffered == BUFFER_BYTES) {
      drain();
    }
    buffer[buffered++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > BUFFER_BYTES - buffered) {
      drain();
      if (length >= BUFFER_BYTES) {
        writeThrough(bytes, offset, length);
        return;
      }
    }
    System.arraycopy(bytes, offset, buffer, buffered, length);
    buffered += length;
  }

  private void drain() throws IOException {
    int length = buffered;
    buffered = 0;
    writeThrough(buffer, 0, length);
  }

  private void writeThrough(byte[] bytes, int offset, int length) throws IOException {
    failed = true;
    output.write(bytes, offset, length);
    failed = false;
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (output) {
      if (failed) {
        throw new IOException("closed after a failed write");
      }
      drain();
      output.sync();
    }
  }
}
