package dev.firn.smoke.bench;

import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Exchanges offered at a fixed rate, whatever becomes of those before: an exchange's time counts
 * from when it was to be sent. A server that stands still for a second is charged with all that
 * would have come in it, not with one request.
 */
final class OpenLoop {
  private static final int CONNECTIONS = 32;
  private static final int SOURCES = 4;

  private final URI server;
  private final int perSecond;
  private final AtomicLong numbers = new AtomicLong();

  OpenLoop(URI server, int perSecond) {
    this.server = server;
    this.perSecond = perSecond;
  }

  /** Goes on as long as it is told to, for one at least; microseconds of each exchange. */
  List<Double> run(BooleanSupplier goOn) throws IOException {
    Collection<Double> micros = new ConcurrentLinkedQueue<>();
    ExecutorService executor = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      AtomicLong due = new AtomicLong();
      long began = System.nanoTime();
      Callable<Void> sender =
          () -> {
            try (HttpPosts posts = new HttpPosts(server)) {
              while (true) {
                long at = began + due.getAndIncrement() * 1_000_000_000L / perSecond;
                long number = numbers.getAndIncrement();
                byte[] body = NarrowShape.exchange(number);
                for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
                  LockSupport.parkNanos(left);
                }
                if (!goOn.getAsBoolean() && !micros.isEmpty()) {
                  return null; // it would count as one of the time that is over
                }
                posts.postTaken("/v1/datasets/jobs/append?source=source-" + number % SOURCES, body);
                micros.add((System.nanoTime() - at) / 1e3);
              }
            }
          };
      List<Future<Void>> senders = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        senders.add(executor.submit(sender));
      }
      for (Future<Void> one : senders) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("the server did not take an exchange", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while exchanges were sent", e);
    } finally {
      executor.shutdownNow();
    }
    return List.copyOf(micros);
  }
}
