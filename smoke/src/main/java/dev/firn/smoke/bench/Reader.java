package dev.firn.smoke.bench;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads in a loop, once at least, beside a writer in another process. The odd rounds start it, the
 * even ones stop it and say how often it has read.
 */
final class Reader implements Job {
  static final String READS = "reads";

  private final Reads reads;
  private @Nullable Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable Exception failure;
  private long count;

  /** One look at all there is. */
  @FunctionalInterface
  interface Reads {
    void read() throws Exception;
  }

  Reader(Reads reads) {
    this.reads = reads;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Thread running = thread;
    if (running == null) {
      stopping = false;
      count = 0;
      running = new Thread(this::loop, "reader");
      running.setDaemon(true);
      running.start();
      thread = running;
      return Map.of();
    }
    stopping = true;
    running.join();
    thread = null;
    Exception failed = failure;
    if (failed != null) {
      throw failed;
    }
    return Map.of(READS, (double) count);
  }

  private void loop() {
    try {
      do {
        reads.read();
        count++;
      } while (!stopping);
    } catch (Exception e) {
      failure = e;
    }
  }
}
