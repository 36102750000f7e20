package dev.firn.cli.daemon.ingest;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many bytes may be in memory at a time, whoever brings them. Nobody waits for them here: who
 * gets none tells its producer to come again.
 */
public final class ByteBudget {
  private volatile long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong highestBytes = new AtomicLong();

  public ByteBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** From now on; what is reserved stays reserved. */
  public void limit(long bytes) {
    limitBytes = bytes;
  }

  public long limitBytes() {
    return limitBytes;
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  /** The most that was ever used. */
  public long highestBytes() {
    return highestBytes.get();
  }

  /** A reservation of nothing yet. */
  public Reservation open() {
    return new Reservation();
  }

  private boolean tryTake(long bytes) {
    long before;
    do {
      before = usedBytes.get();
      if (bytes > limitBytes - before) {
        return false;
      }
    } while (!usedBytes.compareAndSet(before, before + bytes));
    highestBytes.accumulateAndGet(before + bytes, Math::max);
    return true;
  }

  /** What one request has of the budget, until it is closed. For one thread at a time. */
  public final class Reservation implements Closeable {
    private long bytes;

    /** Takes so many bytes more, or none and answers false. */
    boolean tryGrow(long more) {
      if (!tryTake(more)) {
        return false;
      }
      bytes += more;
      return true;
    }

    /** Gives all back; closing twice is harmless. */
    @Override
    public void close() {
      usedBytes.addAndGet(-bytes);
      bytes = 0;
    }
  }
}
