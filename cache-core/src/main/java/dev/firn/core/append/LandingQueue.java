package dev.firn.core.append;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Exchanges that wait to be landed, and the right to land them, which one thread has at a time and
 * uses for all that wait.
 *
 * <p>A thread that waits sleeps until its exchange is done or nobody lands any more. It does not
 * queue for the right only to learn that another one has used it: in that time it could not bring
 * the next exchange, and a batch would be hardly more than one.
 */
final class LandingQueue {
  private static final int MAX_BATCH_ROWS = 10_000;
  private static final long MAX_BATCH_BYTES = 16L << 20;

  private final ReentrantLock right = new ReentrantLock();
  private final ConcurrentLinkedDeque<Pending> waiting = new ConcurrentLinkedDeque<>();

  /** What only one thread at a time may do. */
  @FunctionalInterface
  interface Work<E extends Exception> {
    void run() throws E;
  }

  /**
   * Returns when the exchanges of a caller are done, which wait in their order and together.
   *
   * @param own at least one
   * @param lander makes each exchange of a batch done, or puts it {@link #back}
   */
  void land(List<Pending> own, Consumer<List<Pending>> lander) {
    waiting.addAll(own);
    // Batches are landed one after the other, and what is put back goes before all others.
    Pending last = own.get(own.size() - 1);
    boolean interrupted = false;
    while (!last.isDone()) {
      if (right.tryLock()) {
        try {
          while (!last.isDone()) {
            land(lander);
          }
        } finally {
          release();
        }
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void land(Consumer<List<Pending>> lander) {
    List<Pending> batch = next();
    try {
      lander.accept(batch);
    } finally {
      Pending.wake(batch);
    }
  }

  /** Exchanges of a batch that were not landed after all wait again, before those behind them. */
  void back(List<Pending> batch) {
    for (int i = batch.size() - 1; i >= 0; i--) {
      waiting.addFirst(batch.get(i));
    }
  }

  /** Does something while nobody lands. */
  <E extends Exception> void alone(Work<E> work) throws E {
    right.lock();
    try {
      work.run();
    } finally {
      release();
    }
  }

  /** Whoever comes after this takes the right by itself; who came before is woken to do so. */
  private void release() {
    right.unlock();
    Pending first = waiting.peek();
    if (first != null) {
      first.wake();
    }
  }

  private List<Pending> next() {
    List<Pending> batch = new ArrayList<>();
    long rows = 0;
    long bytes = 0;
    for (Pending next = waiting.peek(); next != null; next = waiting.peek()) {
      rows += next.rows.size();
      bytes += next.bytes;
      if (!batch.isEmpty() && (rows > MAX_BATCH_ROWS || bytes > MAX_BATCH_BYTES)) {
        break;
      }
      batch.add(waiting.remove());
    }
    return batch;
  }
}
