package dev.firn.cli.daemon.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Takes a body as it comes, on whatever thread it comes on. One that comes too slowly is given up:
 * after a while it must have brought a kilobyte for each second. A client that sends nothing at all
 * meets the idle timeout, which is an error here.
 */
public final class BodyReader implements Runnable {
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(10);
  private static final long SLOWEST_BYTES_PER_SECOND = 1024;

  /** What becomes of a body. */
  public interface Sink {

    /** Takes bytes; false to hear no more. */
    boolean take(ByteBuffer bytes);

    /** All of it has come. */
    void end();

    /** No more will come: the client has gone, or is too slow. */
    void fail(Throwable reason);
  }

  /** The client sends less than it must. */
  public static final class TooSlowException extends Exception {
    TooSlowException(long bytes, long seconds) {
      super(bytes + " bytes in " + seconds + " s are too few");
    }
  }

  private final Request request;
  private final long patienceSeconds;
  private final Sink sink;
  private final long beganNanos = System.nanoTime();
  private long bytes;

  private BodyReader(Request request, Duration patience, Sink sink) {
    this.request = request;
    this.patienceSeconds = Math.min(patience.toSeconds(), LONGEST_PATIENCE.toSeconds());
    this.sink = sink;
  }

  /**
   * @param patience for how long it may come as slowly as it likes; no longer than ten seconds
   */
  public static void read(Request request, Duration patience, Sink sink) {
    new BodyReader(request, patience, sink).run();
  }

  @Override
  public void run() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        sink.fail(chunk.getFailure());
        return;
      }
      bytes += chunk.remaining();
      boolean last = chunk.isLast();
      boolean more = sink.take(chunk.getByteBuffer());
      chunk.release();
      if (!more) {
        return;
      }
      if (last) {
        sink.end();
        return;
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos);
      if (seconds >= patienceSeconds && bytes < seconds * SLOWEST_BYTES_PER_SECOND) {
        sink.fail(new TooSlowException(bytes, seconds));
        return;
      }
    }
  }
}
