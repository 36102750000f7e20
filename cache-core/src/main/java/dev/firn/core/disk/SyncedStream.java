package dev.firn.core.disk;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A buffered output stream whose bytes are durable once {@link #close} has returned. After a failed
 * write it never returns: the file is not what its writer believes.
 */
final class SyncedStream extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  /** What begins with so much is likely written at once, and not worth a copy. */
  private static final int WHOLE_BYTES = 1 << 10;

  private static final byte[] NO_BUFFER = {};

  private final DiskOutput output;
  private byte[] buffer = NO_BUFFER;
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
    requireBuffer();
    buffer[buffered++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > BUFFER_BYTES - buffered) {
      drain();
    }
    if (length >= BUFFER_BYTES || (length >= WHOLE_BYTES && position() == 0)) {
      writeThrough(bytes, offset, length);
      return;
    }
    requireBuffer();
    System.arraycopy(bytes, offset, buffer, buffered, length);
    buffered += length;
  }

  /** A file that is written at once, as most are, needs none. */
  private void requireBuffer() {
    if (buffer.length == 0) {
      buffer = new byte[BUFFER_BYTES];
    }
  }

  private void drain() throws IOException {
    if (buffered == 0) {
      return;
    }
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
