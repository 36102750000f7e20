package dev.firn.core.testing;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that are to wait for something before a test goes on. One may wait for a lock for an
 * instant on its way there, and one that was woken looks as if it still waited until it runs: all
 * must be found waiting many times in a row.
 */
public final class WaitingThreads {
  private static final int LOOKS = 120_000;
  private static final int IN_A_ROW = 30;

  private WaitingThreads() {}

  /** Returns when all wait without a time limit; fails after two minutes. */
  public static void await(List<Thread> threads) {
    int inARow = 0;
    for (int i = 0; i < LOOKS && inARow < IN_A_ROW; i++) {
      boolean all = threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING);
      inARow = all ? inARow + 1 : 0;
      LockSupport.parkNanos(1_000_000);
    }
    if (inARow < IN_A_ROW) {
      throw new AssertionError("they do not wait");
    }
  }
}
