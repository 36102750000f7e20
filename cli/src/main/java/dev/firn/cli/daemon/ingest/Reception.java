package dev.firn.cli.daemon.ingest;

import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.daemon.http.BodyReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bodies of requests that bring something to land.
 *
 * <p>A request is accepted or it is sent away to come again; it is never dropped. Accepted means:
 * its body has come whole, and there was room for it, as it came and unpacked, in the {@link
 * ByteBudget} before it was read. Bodies wait for one of a bounded number of threads, in which
 * landing blocks; the more wait, the more land together.
 */
public final class Reception implements Closeable {
  private static final int THREADS = 32;

  private final Supplier<DaemonSettings> settings;
  private final ByteBudget budget;
  private final Intake intake;
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService timer;
  private volatile boolean stopping;

  public Reception(Supplier<DaemonSettings> settings, ByteBudget budget, Intake intake) {
    this.settings = settings;
    this.budget = budget;
    this.intake = intake;
    AtomicInteger number = new AtomicInteger();
    this.workers =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemonThread(task, "firn-append-" + number.incrementAndGet()));
    workers.allowCoreThreadTimeOut(true);
    this.timer = new ScheduledThreadPoolExecutor(1, task -> daemonThread(task, "firn-later"));
  }

  private static Thread daemonThread(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  public DaemonSettings settings() {
    return settings.get();
  }

  public Intake intake() {
    return intake;
  }

  /** What is said where the budget is spent. */
  public Later bufferFull() {
    return Later.bufferFull(budget);
  }

  /** Receives the body of a request whose head is in order. */
  public void receive(
      Request request, Response response, Callback callback, Unpacking unpacking, Guest guest) {
    Receiving receiving = new Receiving(request, response, callback, unpacking, guest);
    receiving.begin();
    BodyReader.read(request, settings.get().idleTimeout(), receiving);
  }

  /** Says before an answer that the connection ends with it, if a body is left unread. */
  public static void leaveUnread(Request request, Response response) {
    if (request.getLength() != 0) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
  }

  /** Answers at once, or later where small files pile up in a partition. */
  public void answer(String partitionPath, Runnable answer) {
    Duration delay = partitionPath.isEmpty() ? Duration.ZERO : intake.slowdown(partitionPath);
    if (delay.isZero()) {
      answer.run();
      return;
    }
    try {
      timer.schedule(answer, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      answer.run();
    }
  }

  private Optional<Later> deferral() {
    return stopping ? Optional.of(Later.stopping()) : intake.diskProblem().map(Later::diskLow);
  }

  /** One request while its body comes, and after. */
  private final class Receiving implements BodyReader.Sink {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Unpacking unpacking;
    private final Guest guest;
    private final ByteBudget.Reservation reservation = budget.open();
    private final int limitBytes = settings.get().maxBodyBytes();
    private final Growth growth = new Growth(reservation, limitBytes);

    /** Set once the body is only read to its end, and then answered with this. */
    private @Nullable Later later;

    private long discarded;

    Receiving(
        Request request, Response response, Callback callback, Unpacking unpacking, Guest guest) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      this.unpacking = unpacking;
      this.guest = guest;
    }

    /** Reserves what is known of the body before any of it is read. */
    void begin() {
      later = deferral().or(guest::deferral).orElse(null);
      long length = request.getLength();
      if (later == null && length > 0 && length <= limitBytes) {
        check(growth.reserve(length));
      }
    }

    private boolean check(Growth.Room room) {
      if (room == Growth.Room.BUDGET_SPENT) {
        later = Later.bufferFull(budget);
        growth.discard(); // what comes after it is read and not kept
      }
      return room == Growth.Room.ENOUGH;
    }

    @Override
    public boolean take(ByteBuffer bytes) {
      if (later == null) {
        int count = bytes.remaining();
        Growth.Room room = growth.add(bytes);
        if (room == Growth.Room.TOO_LARGE) {
          tooLarge("the body is larger than " + limitBytes + " bytes");
          return false;
        }
        if (check(room)) {
          return true;
        }
        discarded += count;
        return true;
      }
      // Read on, so that the answer is read: but no further than a body may go.
      discarded += bytes.remaining();
      if (discarded > limitBytes) {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        comeAgain(later);
        return false;
      }
      return true;
    }

    @Override
    public void end() {
      if (later != null) {
        comeAgain(later);
        return;
      }
      try {
        workers.execute(this::land);
      } catch (RejectedExecutionException e) {
        comeAgain(Later.stopping());
      }
    }

    @Override
    public void fail(Throwable reason) {
      reservation.close();
      if (reason instanceof BodyReader.TooSlowException) {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        guest.tooSlow("the body comes too slowly: " + reason.getMessage());
      } else {
        callback.failed(reason);
      }
    }

    private void comeAgain(Later why) {
      reservation.close();
      response.getHeaders().put(HttpHeader.RETRY_AFTER, why.seconds());
      guest.comeAgain(why);
    }

    private void tooLarge(String message) {
      reservation.close();
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      guest.refuse(413, message);
    }

    private void land() {
      try {
        @Nullable Body body = unpacked();
        if (body != null) {
          guest.land(body, reservation);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        comeAgain(Later.stopping());
      } catch (RuntimeException | Error e) {
        callback.failed(e);
        throw e;
      } finally {
        reservation.close();
      }
    }

    /** The body itself; null if the request was answered instead. */
    private @Nullable Body unpacked() {
      if (unpacking == Unpacking.NONE) {
        return growth.body();
      }
      Growth unpacked = new Growth(reservation, limitBytes);
      try (InputStream in = unpacking.open(growth.body())) {
        Growth.Room room = unpacked.fill(in);
        if (room == Growth.Room.TOO_LARGE) {
          tooLarge("the body unpacks to more than " + limitBytes + " bytes");
          return null;
        }
        if (room == Growth.Room.BUDGET_SPENT) {
          comeAgain(Later.bufferFull(budget));
          return null;
        }
        return unpacked.body();
      } catch (IOException e) {
        guest.refuse(
            400,
            "the body is not "
                + unpacking.name().toLowerCase(Locale.ROOT)
                + ": "
                + (e instanceof EOFException ? "it ends too soon" : e.getMessage()));
        return null;
      }
    }
  }

  /** Requests whose bodies have come and that are not answered. */
  public int waiting() {
    return workers.getActiveCount() + workers.getQueue().size();
  }

  /** Takes nothing more; what was accepted goes on. */
  public void stopTaking() {
    stopping = true;
  }

  /** Waits until what was accepted has landed; false if that took longer. */
  public boolean finish(Duration patience) throws InterruptedException {
    stopping = true;
    workers.shutdown();
    return workers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    stopping = true;
    workers.shutdown();
    timer.shutdown();
  }
}
