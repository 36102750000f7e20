package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Lets a second thread compress pages while their column goes on being decoded and encoded, which
 * takes about as long.
 *
 * <p>One page after the other, in the order in which they come, so that the file is the same as
 * without it. A page is copied, because its encoder uses its buffers again; the copies that wait
 * take at most {@value #WAITING_BYTES} bytes together, then the caller waits. A page that is larger
 * than a quarter of that is compressed by the caller, without a copy. What fails in the second
 * thread fails the next call, and all pages after it are dropped.
 */
final class BackgroundPages implements AutoCloseable {
  static final int WAITING_BYTES = 8 << 20;

  /** What may yet be handed over; all of it when nothing waits and nothing is being compressed. */
  private final Semaphore room = new Semaphore(WAITING_BYTES);

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread compressing = new Thread(task, "firn-compress");
            compressing.setDaemon(true);
            return compressing;
          });
  private volatile @Nullable Throwable failure;

  /** Writes a page, wherever it is. */
  @FunctionalInterface
  interface Writing {
    void write(BytesInput page) throws IOException;
  }

  /**
   * Has {@code writing} write the page, now or later; what it writes to is not to be used by
   * anybody else until {@link #await} returns.
   */
  void write(BytesInput page, Writing writing) throws IOException {
    if (page.size() > WAITING_BYTES / 4) {
      await();
      writing.write(page);
      return;
    }
    int bytes = Math.toIntExact(page.size());
    BytesInput copy = page.copy(HeapByteBufferAllocator.getInstance(), allocated -> {});
    acquire(bytes);
    try {
      thread.execute(() -> writeNow(copy, bytes, writing));
    } catch (RuntimeException | Error e) {
      room.release(bytes);
      throw e;
    }
  }

  private void writeNow(BytesInput page, int bytes, Writing writing) {
    try {
      if (failure == null) {
        writing.write(page);
      }
    } catch (Throwable e) {
      failure = e;
    } finally {
      room.release(bytes);
    }
  }

  /** Returns when all pages that were handed over have been written. */
  void await() throws IOException {
    acquire(WAITING_BYTES);
    room.release(WAITING_BYTES);
  }

  private void acquire(int bytes) throws IOException {
    try {
      room.acquire(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while pages were compressed");
    }
    @Nullable Throwable failed = failure;
    if (failed == null) {
      return;
    }
    room.release(bytes);
    if (failed instanceof Error error) {
      throw error;
    }
    throw new IOException("a page cannot be compressed", failed);
  }

  /** Drops what has not been begun, and returns when the thread is done. */
  @Override
  public void close() {
    failure = new IOException("no more pages are wanted");
    room.acquireUninterruptibly(WAITING_BYTES);
    thread.shutdown();
  }
}
