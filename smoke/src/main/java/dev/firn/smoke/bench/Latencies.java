package dev.firn.smoke.bench;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Has threads append exchanges and measures how long each append takes its caller. */
final class Latencies {
  static final String MEDIAN = "medianMicros";
  static final String P99 = "p99Micros";
  static final String PER_SECOND = "exchangesPerSecond";

  private Latencies() {}

  /** Appends the exchange of this number durably, on one of the threads. */
  @FunctionalInterface
  interface Append {
    void append(int thread, long number) throws Exception;
  }

  /**
   * @param first number of the first exchange
   * @param count of exchanges, shared among the threads
   */
  static Map<String, Double> measure(Append append, long first, int count, int threads)
      throws Exception {
    double[] micros = new double[count];
    Map<String, Double> figures =
        Timed.run(
            () -> {
              ExecutorService executor = Executors.newFixedThreadPool(threads);
              try {
                Future<?>[] all = new Future<?>[threads];
                for (int thread = 0; thread < threads; thread++) {
                  int own = thread;
                  all[thread] =
                      executor.submit(
                          () -> {
                            for (int i = own; i < count; i += threads) {
                              long started = System.nanoTime();
                              append.append(own, first + i);
                              micros[i] = (System.nanoTime() - started) / 1e3;
                            }
                            return null;
                          });
                }
                for (Future<?> one : all) {
                  one.get();
                }
              } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
              } finally {
                executor.shutdownNow();
              }
            });
    figures.put(MEDIAN, Timed.quantile(micros, 0.5));
    figures.put(P99, Timed.quantile(micros, 0.99));
    figures.put(PER_SECOND, count / figures.getOrDefault(Timed.SECONDS, 1.0));
    return figures;
  }
}
