package dev.firn.maintenance.rewrite;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** A file in memory that counts its open streams. */
final class MemoryFile implements InputFile, OutputFile {
  private byte[] bytes;
  private int open;
  private int mostOpen;
  private long failAfter = Long.MAX_VALUE;

  MemoryFile(byte[] bytes) {
    this.bytes = bytes;
  }

  static MemoryFile empty() {
    return new MemoryFile(new byte[0]);
  }

  /** Writing fails with "No space left on device" once that many bytes are written. */
  MemoryFile failingAfter(long bytesWritten) {
    failAfter = bytesWritten;
    return this;
  }

  byte[] bytes() {
    return bytes;
  }

  int open() {
    return open;
  }

  int mostOpen() {
    return mostOpen;
  }

  @Override
  public long getLength() {
    return bytes.length;
  }

  private void opened() {
    open++;
    mostOpen = Math.max(mostOpen, open);
  }

  @Override
  public SeekableInputStream newStream() {
    opened();
    Reading reading = new Reading();
    return new DelegatingSeekableInputStream(reading) {
      @Override
      public long getPos() {
        return reading.buffer.position();
      }

      @Override
      public void seek(long position) throws IOException {
        if (position > bytes.length) {
          throw new EOFException("seek to " + position + " of " + bytes.length);
        }
        reading.buffer.position((int) position);
      }
    };
  }

  private final class Reading extends java.io.InputStream {
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    private boolean closed;

    @Override
    public int read() {
      return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(length, buffer.remaining());
      buffer.get(target, offset, count);
      return count == 0 && length > 0 ? -1 : count;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open--;
      }
    }
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) {
    opened();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    return new PositionOutputStream() {
      private boolean closed;

      @Override
      public long getPos() {
        return written.size();
      }

      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] source, int offset, int length) throws IOException {
        if (written.size() + length > failAfter) {
          throw new IOException("No space left on device");
        }
        written.write(source, offset, length);
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          open--;
          bytes = written.toByteArray();
        }
      }
    };
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    throw new AssertionError("overwrites");
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }
}
