package dev.firn.cli.daemon.ingest;

import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.daemon.http.BodyReader;
import dev.firn.cli.daemon.http.Endpoint;
import dev.firn.cli.daemon.http.Reply;
import dev.firn.cli.daemon.ledger.Deferral;
import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.SourceLedger;
import java.io.Closeable;
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
 * {@code POST /v1/datasets/{dataset}/append}: a body in, its exchanges landed, then the answer.
 *
 * <p>A request is accepted or it is sent away to come again (429 or 507 with {@code Retry-After});
 * it is never dropped. Accepted means: its body has come whole, and there was room for it, as it
 * came and unpacked, in the {@link ByteBudget} before it was read. From then on the ledger accounts
 * for each of its exchanges. Bodies wait for one of a bounded number of threads, in which landing
 * blocks; the more wait, the more land together.
 */
public final class AppendEndpoint implements Endpoint, Closeable {
  private static final int THREADS = 32;
  private static final int LONGEST_KEY = 1024;
  private static final int RETRY_SECONDS = 1;
  private static final int DISK_RETRY_SECONDS = 10;

  private final Supplier<DaemonSettings> settings;
  private final ByteBudget budget;
  private final Ledger ledger;
  private final Intake intake;
  private final Lander lander;
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService timer;
  private volatile boolean stopping;

  public AppendEndpoint(
      Supplier<DaemonSettings> settings,
      ByteBudget budget,
      Ledger ledger,
      Appending appending,
      Intake intake) {
    this.settings = settings;
    this.budget = budget;
    this.ledger = ledger;
    this.intake = intake;
    this.lander = new Lander(appending, new TreeBudget(2 * budget.limitBytes()), ledger, intake);
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

  @Override
  public void answer(Request request, Response response, Callback callback) {
    Target target;
    try {
      target = Target.of(request);
    } catch (IllegalArgumentException e) {
      refuse(request, response, callback, 400, String.valueOf(e.getMessage()));
      return;
    }
    Optional<Unpacking> unpacking =
        Unpacking.of(request.getHeaders().get(HttpHeader.CONTENT_ENCODING));
    if (unpacking.isEmpty()) {
      String encoding = request.getHeaders().get(HttpHeader.CONTENT_ENCODING);
      refuse(
          request,
          response,
          callback,
          415,
          "Content-Encoding \"" + encoding + "\" is not known; expected gzip or zstd");
      return;
    }
    @Nullable String key = request.getHeaders().get("Idempotency-Key");
    if (key != null && (key.isEmpty() || key.length() > LONGEST_KEY)) {
      refuse(
          request,
          response,
          callback,
          400,
          "Idempotency-Key has " + key.length() + " characters; expected 1 to " + LONGEST_KEY);
      return;
    }
    SourceLedger source = ledger.of(target.source());
    source.seen();
    Receiving receiving =
        new Receiving(request, response, callback, target, unpacking.get(), key, source);
    receiving.begin();
    BodyReader.read(request, receiving);
  }

  /** What is wrong with the request itself, its body unread. */
  private static void refuse(
      Request request, Response response, Callback callback, int status, String message) {
    if (request.getLength() != 0) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    Reply.problem(response, callback, status, message);
  }

  /** Why a request is to come again. */
  private record Later(Deferral why, int status, String message, long seconds) {}

  private Optional<Later> deferral(SourceLedger source) {
    if (stopping) {
      return Optional.of(new Later(Deferral.STOPPING, 503, "the daemon is ending", 5));
    }
    Optional<String> disk = intake.diskProblem();
    if (disk.isPresent()) {
      return Optional.of(new Later(Deferral.DISK_LOW, 507, disk.get(), DISK_RETRY_SECONDS));
    }
    DaemonSettings now = settings.get();
    Optional<Duration> wait = source.pause(now.sourceRowsPerSecond(), now.sourceBytesPerSecond());
    return wait.map(
        time ->
            new Later(
                Deferral.SOURCE_LIMIT,
                429,
                "source \"" + source.source() + "\" has used up what it may append",
                Math.max(1, time.toSeconds() + 1)));
  }

  private Later bufferFull() {
    return new Later(
        Deferral.BUFFER_FULL,
        429,
        "the buffer is full: " + budget.usedBytes() + " of " + budget.limitBytes() + " bytes",
        RETRY_SECONDS);
  }

  /** One request while its body comes, and after. */
  private final class Receiving implements BodyReader.Sink {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Target target;
    private final Unpacking unpacking;
    private final @Nullable String key;
    private final SourceLedger source;
    private final ByteBudget.Reservation reservation = budget.open();
    private final int limitBytes = settings.get().maxBodyBytes();
    private final Growth growth = new Growth(reservation, limitBytes);

    /** Set once the body is only read to its end, and then answered with this. */
    private @Nullable Later later;

    private long discarded;

    Receiving(
        Request request,
        Response response,
        Callback callback,
        Target target,
        Unpacking unpacking,
        @Nullable String key,
        SourceLedger source) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      this.target = target;
      this.unpacking = unpacking;
      this.key = key;
      this.source = source;
    }

    /** Reserves what is known of the body before any of it is read. */
    void begin() {
      later = deferral(source).orElse(null);
      long length = request.getLength();
      if (later == null && length > 0 && length <= limitBytes) {
        check(growth.reserve(length));
      }
    }

    private boolean check(Growth.Room room) {
      if (room == Growth.Room.BUDGET_SPENT) {
        later = bufferFull();
        growth.discard(); // what comes after it is read and not kept
      }
      return room == Growth.Room.ENOUGH;
    }

    @Override
    public boolean take(java.nio.ByteBuffer bytes) {
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
        answerLater(later);
        return false;
      }
      return true;
    }

    @Override
    public void end() {
      if (later != null) {
        answerLater(later);
        return;
      }
      try {
        workers.execute(this::landAndAnswer);
      } catch (RejectedExecutionException e) {
        answerLater(new Later(Deferral.STOPPING, 503, "the daemon is ending", 5));
      }
    }

    @Override
    public void fail(Throwable reason) {
      reservation.close();
      if (reason instanceof BodyReader.TooSlowException) {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        Reply.problem(response, callback, 408, "the body comes too slowly: " + reason.getMessage());
      } else {
        callback.failed(reason);
      }
    }

    private void answerLater(Later why) {
      reservation.close();
      source.deferred(why.why());
      response.getHeaders().put(HttpHeader.RETRY_AFTER, why.seconds());
      Reply.json(
          response,
          callback,
          why.status(),
          json -> {
            json.writeNumberField("status", why.status());
            json.writeStringField("error", why.message());
            json.writeStringField("reason", why.why().text());
            json.writeNumberField("retryAfterSeconds", why.seconds());
          });
    }

    private void tooLarge(String message) {
      reservation.close();
      source.refusedUnread();
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      Reply.problem(response, callback, 413, message);
    }

    private void landAndAnswer() {
      try {
        @Nullable Body body = unpacked();
        if (body == null) {
          return;
        }
        String type = String.valueOf(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
        boolean document = type.toLowerCase(Locale.ROOT).startsWith("application/json");
        AppendResult result = lander.land(body, document, target, key, source);
        reservation.close();
        answer(result);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        answerLater(new Later(Deferral.STOPPING, 503, "the daemon is ending", 5));
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
      try (java.io.InputStream in = unpacking.open(growth.body())) {
        Growth.Room room = unpacked.fill(in);
        if (room == Growth.Room.TOO_LARGE) {
          tooLarge("the body unpacks to more than " + limitBytes + " bytes");
          return null;
        }
        if (room == Growth.Room.BUDGET_SPENT) {
          answerLater(bufferFull());
          return null;
        }
        return unpacked.body();
      } catch (java.io.IOException e) {
        source.refusedUnread();
        Reply.problem(
            response,
            callback,
            400,
            "the body is not " + unpacking.name().toLowerCase(Locale.ROOT) + ": " + e.getMessage());
        return null;
      }
    }

    private void answer(AppendResult result) {
      if (result.status() == 503) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
      }
      Duration delay =
          result.receipts().isEmpty()
              ? Duration.ZERO
              : intake.slowdown(result.receipts().get(0).partition());
      if (delay.isZero()) {
        Reply.json(response, callback, result.status(), result::write);
        return;
      }
      try {
        timer.schedule(
            () -> Reply.json(response, callback, result.status(), result::write),
            delay.toMillis(),
            TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        Reply.json(response, callback, result.status(), result::write);
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
