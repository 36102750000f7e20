package dev.firn.cli.append;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pipe ahead on a thread of its own, so that whoever takes the bytes can be told to stop
 * while none arrive, and {@link #available} is what has arrived. Holds up to a megabyte.
 */
final class PipeInput extends InputStream {
  private static final int CAPACITY = 1 << 20;
  private static final int BLOCK = 1 << 16;

  private final InputStream pipe;
  private final Object lock = new Object();
  private final byte[] arrived = new byte[CAPACITY];
  private int start;
  private int count;
  private boolean ended;
  private boolean stopped;
  private @Nullable Throwable failure;

  PipeInput(InputStream pipe) {
    this.pipe = pipe;
  }

  /** Begins to read. */
  void start() {
    Thread reader = new Thread(this::readAhead, "firn-pipe");
    reader.setDaemon(true);
    reader.start();
  }

  private void readAhead() {
    byte[] block = new byte[BLOCK];
    try {
      int read = pipe.read(block);
      while (read >= 0 && put(block, read)) {
        read = pipe.read(block);
      }
      end(null);
    } catch (IOException | RuntimeException | Error e) {
      end(e);
    }
  }

  /** False if nobody wants more. */
  private boolean put(byte[] block, int length) {
    synchronized (lock) {
      int done = 0;
      while (done < length) {
        while (count == CAPACITY && !stopped) {
          await();
        }
        if (stopped) {
          return false;
        }
        int end = (start + count) % CAPACITY;
        int part = Math.min(length - done, Math.min(CAPACITY - count, CAPACITY - end));
        System.arraycopy(block, done, arrived, end, part);
        count += part;
        done += part;
        lock.notifyAll();
      }
      return true;
    }
  }

  private void end(@Nullable Throwable why) {
    synchronized (lock) {
      ended = true;
      failure = why;
      lock.notifyAll();
    }
  }

  /** What has arrived can still be read; after it comes the end. */
  void stop() {
    synchronized (lock) {
      stopped = true;
      lock.notifyAll();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    synchronized (lock) {
      while (count == 0 && !ended && !stopped) {
        await();
      }
      if (count == 0) {
        if (failure != null && !stopped) {
          throw new IOException(failure.getMessage(), failure);
        }
        return -1;
      }
      int part = Math.min(length, Math.min(count, CAPACITY - start));
      System.arraycopy(arrived, start, target, offset, part);
      start = (start + part) % CAPACITY;
      count -= part;
      lock.notifyAll();
      return part;
    }
  }

  @Override
  public int available() {
    synchronized (lock) {
      return count;
    }
  }

  private void await() {
    try {
      lock.wait();
    } catch (InterruptedException e) {
      stopped = true;
      Thread.currentThread().interrupt();
    }
  }

  /** Leaves the pipe open: closing it could wait for the read that is going on. */
  @Override
  public void close() {
    stop();
  }
}
