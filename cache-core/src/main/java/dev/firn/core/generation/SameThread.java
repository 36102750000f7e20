package dev.firn.core.generation;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs each task where it is submitted. Iceberg waits for its worker pools by polling with sleeps
 * of 10 ms; for a handful of small manifests the caller's own thread is much faster.
 */
public final class SameThread extends AbstractExecutorService {
  public static final ExecutorService EXECUTOR = new SameThread();

  private SameThread() {}

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
