package dev.firn.core.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A seekable input stream over positioned reads, buffered for those who read byte by byte. */
final class PositionedStream extends InputStream {
  private static final int BUFFER_BYTES = 8192;

  private final DiskInput input;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private long bufferStart;

  PositionedStream(DiskInput input) {
    this.input = input;
  }

  long position() {
    return bufferStart + buffer.position();
  }

  void seek(long position) {
    long inBuffer = position - bufferStart;
    if (inBuffer >= 0 && inBuffer <= buffer.limit()) {
      buffer.position((int) inBuffer);
    } else {
      bufferStart = position;
      buffer.position(0).limit(0);
    }
  }

  @Override
  public int read() throws IOException {
    if (!buffer.hasRemaining() && !fill()) {
      return -1;
    }
    return buffer.get() & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return read(ByteBuffer.wrap(bytes, offset, length));
  }

  int read(ByteBuffer target) throws IOException {
    int wanted = target.remaining();
    if (wanted == 0) {
      return 0;
    }
    if (!buffer.hasRemaining()) {
      if (wanted >= BUFFER_BYTES) {
        long position = position();
        int count = input.read(target, position);
        seek(position + Math.max(count, 0));
        return count;
      }
      if (!fill()) {
        return -1;
      }
    }
    int count = Math.min(wanted, buffer.remaining());
    ByteBuffer slice = buffer.slice().limit(count);
    target.put(slice);
    buffer.position(buffer.position() + count);
    return count;
  }

  private boolean fill() throws IOException {
    bufferStart = position();
    buffer.clear();
    try {
      return input.read(buffer, bufferStart) > 0;
    } finally {
      buffer.flip(); // after a failure too: what the buffer held before is not what is here
    }
  }

  @Override
  public int available() {
    return buffer.remaining();
  }

  @Override
  public long skip(long count) {
    long skipped = Math.max(0, Math.min(count, input.size() - position()));
    seek(position() + skipped);
    return skipped;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
