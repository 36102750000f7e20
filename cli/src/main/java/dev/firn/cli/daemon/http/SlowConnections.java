package dev.firn.cli.daemon.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;

/**
 * Ends connections whose request does not come to the end of its headers in time (slowloris). A
 * client that sends a byte now and then never idles; what counts here is that no request has begun
 * since. Connections between two requests, on which nothing came, are left to the idle timeout;
 * those in a request to whoever reads its body.
 */
final class SlowConnections extends AbstractLifeCycle implements Connection.Listener {
  private final Duration limit;
  private final Map<Connection, Seen> open = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "firn-slow-connections");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * What a connection was like when something last happened that counts.
   *
   * @param requests that had come with all their headers
   * @param answers that had gone out
   * @param bytes that had come
   */
  private record Seen(long requests, long answers, long bytes, long nanos) {}

  SlowConnections(Duration limit) {
    this.limit = limit;
  }

  @Override
  public void onOpened(Connection connection) {
    open.put(connection, new Seen(0, 0, 0, System.nanoTime()));
  }

  @Override
  public void onClosed(Connection connection) {
    open.remove(connection);
  }

  @Override
  protected void doStart() {
    long pause = Math.max(100, limit.toMillis() / 4);
    timer.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void doStop() {
    timer.shutdownNow();
  }

  private void look() {
    long now = System.nanoTime();
    open.forEach(
        (connection, seen) -> {
          long requests = connection.getMessagesIn();
          long answers = connection.getMessagesOut();
          long bytes = connection.getBytesIn();
          boolean moved = requests != seen.requests() || answers != seen.answers();
          boolean inRequest = requests > answers;
          boolean silent = bytes == seen.bytes();
          if (moved || inRequest || silent) {
            open.replace(connection, seen, new Seen(requests, answers, bytes, now));
          } else if (now - seen.nanos() > limit.toNanos()) {
            connection.getEndPoint().close();
          }
        });
  }
}
