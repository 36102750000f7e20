package dev.firn.cli.daemon.ingest;

import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.daemon.http.Endpoint;
import dev.firn.cli.daemon.http.Reply;
import dev.firn.cli.daemon.ledger.Deferral;
import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.SourceLedger;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/datasets/{dataset}/append}: a body in, its exchanges landed, then the answer.
 *
 * <p>What {@link Reception} accepts the ledger accounts for, exchange by exchange.
 */
public final class AppendEndpoint implements Endpoint {
  private static final int LONGEST_KEY = 1024;
  private static final int RETRY_SECONDS = 1;

  private final Reception reception;
  private final Ledger ledger;
  private final Lander lander;

  public AppendEndpoint(Reception reception, Ledger ledger, Appending appending, TreeBudget trees) {
    this.reception = reception;
    this.ledger = ledger;
    this.lander = new Lander(appending, trees, ledger, reception.intake());
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
    reception.receive(
        request,
        response,
        callback,
        unpacking.get(),
        new Append(request, response, callback, target, key, source));
  }

  /** What is wrong with the request itself, its body unread. */
  private static void refuse(
      Request request, Response response, Callback callback, int status, String message) {
    Reception.leaveUnread(request, response);
    Reply.problem(response, callback, status, message);
  }

  /** One request. */
  private final class Append implements Guest {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Target target;
    private final @Nullable String key;
    private final SourceLedger source;

    Append(
        Request request,
        Response response,
        Callback callback,
        Target target,
        @Nullable String key,
        SourceLedger source) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      this.target = target;
      this.key = key;
      this.source = source;
    }

    @Override
    public Optional<Later> deferral() {
      DaemonSettings now = reception.settings();
      Optional<Duration> wait = source.pause(now.sourceRowsPerSecond(), now.sourceBytesPerSecond());
      return wait.map(
          time ->
              new Later(
                  Deferral.SOURCE_LIMIT,
                  429,
                  "source \"" + source.source() + "\" has used up what it may append",
                  Math.max(1, time.toSeconds() + 1)));
    }

    @Override
    public void comeAgain(Later later) {
      source.deferred(later.why());
      Reply.json(
          response,
          callback,
          later.status(),
          json -> {
            json.writeNumberField("status", later.status());
            json.writeStringField("error", later.message());
            json.writeStringField("reason", later.why().text());
            json.writeNumberField("retryAfterSeconds", later.seconds());
          });
    }

    @Override
    public void refuse(int status, String message) {
      source.refusedUnread();
      Reply.problem(response, callback, status, message);
    }

    @Override
    public void tooSlow(String message) {
      Reply.problem(response, callback, 408, message);
    }

    @Override
    public void land(Body body, ByteBudget.Reservation room) throws InterruptedException {
      String type = String.valueOf(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
      Optional<String> charset = Charsets.other(type, body);
      if (charset.isPresent()) {
        refuse(415, "the body is said to be " + charset.get() + "; expected UTF-8");
        return;
      }
      boolean document = type.toLowerCase(Locale.ROOT).startsWith("application/json");
      AppendResult result = lander.land(body, document, target, key, source);
      room.close();
      if (result.status() == 503) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
      }
      String partition = result.receipts().isEmpty() ? "" : result.receipts().get(0).partition();
      reception.answer(
          partition, () -> Reply.json(response, callback, result.status(), result::write));
    }
  }
}
