package dev.firn.cli.daemon.otlp;

import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.daemon.http.Endpoint;
import dev.firn.cli.daemon.http.Reply;
import dev.firn.cli.daemon.ingest.Appending;
import dev.firn.cli.daemon.ingest.Body;
import dev.firn.cli.daemon.ingest.ByteBudget;
import dev.firn.cli.daemon.ingest.Growth;
import dev.firn.cli.daemon.ingest.Guest;
import dev.firn.cli.daemon.ingest.Later;
import dev.firn.cli.daemon.ingest.Reception;
import dev.firn.cli.daemon.ingest.TreeBudget;
import dev.firn.cli.daemon.ingest.Unpacking;
import dev.firn.cli.daemon.ledger.Deferral;
import dev.firn.cli.daemon.ledger.Ledger;
import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.cli.daemon.ledger.SourceLedger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/logs}, {@code /v1/traces}, {@code /v1/metrics}: OTLP over HTTP.
 *
 * <p>Answered with 200 is only what is on the disk, and the records of it that can be no rows are
 * counted in the answer. Whatever is for nothing in the request (memory, disk, locks) is answered
 * with 429 or 503, the only ones of these that a sender comes again after; what no repetition mends
 * with 4xx. A repetition is known by the SHA-256 of the body, or by its {@code Idempotency-Key} if
 * it has one.
 */
public final class OtlpEndpoint implements Endpoint {
  private static final int LONGEST_KEY = 1024;
  private static final int RETRY_SECONDS = 1;

  private static final int UNAVAILABLE = 503;

  private final Signal signal;
  private final Reception reception;
  private final Ledger ledger;
  private final OtlpLander lander;

  public OtlpEndpoint(
      Signal signal, Reception reception, Ledger ledger, Appending appending, TreeBudget trees) {
    this.signal = signal;
    this.reception = reception;
    this.ledger = ledger;
    this.lander = new OtlpLander(appending, trees, ledger, reception.intake());
  }

  @Override
  public void answer(Request request, Response response, Callback callback) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    Optional<Encoding> encoding = Encoding.of(type);
    String packed = request.getHeaders().get(HttpHeader.CONTENT_ENCODING);
    Optional<Unpacking> unpacking = Unpacking.of(packed);
    @Nullable String key = request.getHeaders().get("Idempotency-Key");
    Export export =
        new Export(response, callback, encoding.orElse(Encoding.JSON), key == null ? "" : key);
    @Nullable String problem = null;
    int status = 415;
    if (encoding.isEmpty()) {
      problem =
          "Content-Type is \"" + type + "\"; expected application/x-protobuf or application/json";
    } else if (unpacking.isEmpty()) {
      problem = "Content-Encoding \"" + packed + "\" is not known; expected gzip or zstd";
    } else if (key != null && (key.isEmpty() || key.length() > LONGEST_KEY)) {
      status = 400;
      problem = "Idempotency-Key has " + key.length() + " characters; expected 1 to " + LONGEST_KEY;
    }
    if (problem != null) {
      Reception.leaveUnread(request, response);
      export.problem(status, problem);
      return;
    }
    reception.receive(request, response, callback, unpacking.orElseThrow(), export);
  }

  @Override
  public void turnAway(
      Request request, Response response, Callback callback, int status, String message) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    Encoding encoding = Encoding.of(type).orElse(Encoding.JSON);
    byte[] problem = encoding.problem(code(status), message);
    Reply.bytes(response, callback, status, encoding.type(), problem);
  }

  /** What is counted for whom it is of is not known. */
  private SourceLedger unread() {
    return ledger.of(Ledger.UNREAD, signal.text());
  }

  /** One request. */
  private final class Export implements Guest {
    private final Response response;
    private final Callback callback;
    private final Encoding encoding;
    private final String key;

    Export(Response response, Callback callback, Encoding encoding, String key) {
      this.response = response;
      this.callback = callback;
      this.encoding = encoding;
      this.key = key;
    }

    @Override
    public Optional<Later> deferral() {
      return Optional.empty(); // whose limits count is only known when it is read
    }

    @Override
    public void comeAgain(Later later) {
      unread().seen();
      unread().deferred(later.why());
      sendAway(later);
    }

    private void sendAway(Later later) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, later.seconds());
      // A full disk is 507 to others; a sender of OTLP would not come again after that.
      problem(later.status() == 429 ? 429 : UNAVAILABLE, later.message());
    }

    @Override
    public void refuse(int status, String message) {
      unread().seen();
      unread().refusedUnread();
      problem(status, message);
    }

    @Override
    public void tooSlow(String message) {
      problem(408, message);
    }

    @Override
    public void land(Body body, ByteBudget.Reservation room) throws InterruptedException {
      try {
        OtlpLander.Key own =
            key.isEmpty()
                ? new OtlpLander.Key("otlp " + digest(body), false)
                : new OtlpLander.Key(key, true);
        Outline outline = Outline.of(signal, message(body, room));
        Optional<Later> limited = limited(outline);
        if (limited.isPresent()) {
          sendAway(limited.get());
          return;
        }
        OtlpLander.Outcome outcome = lander.land(signal, outline, own);
        room.close();
        reception.answer(outcome.partition(), () -> answer(outcome));
      } catch (RefusedException e) {
        refuse(e.status(), String.valueOf(e.getMessage()));
      } catch (JsonRequest.NoRoomException e) {
        if (e.room() == Growth.Room.BUDGET_SPENT) {
          comeAgain(reception.bufferFull());
        } else {
          refuse(
              413,
              "the body takes more than "
                  + reception.settings().maxBodyBytes()
                  + " bytes in Protocol Buffers");
        }
      }
    }

    private WireMessage message(Body body, ByteBudget.Reservation room)
        throws RefusedException, JsonRequest.NoRoomException {
      Body read = body;
      if (encoding == Encoding.JSON) {
        Growth converted = new Growth(room, reception.settings().maxBodyBytes());
        JsonRequest.convert(signal, body, converted);
        read = converted.body();
      }
      return new WireMessage(read.bytes(), read.start(), read.end());
    }

    /** All of it comes again if one of its services has to wait. */
    private Optional<Later> limited(Outline outline) {
      DaemonSettings now = reception.settings();
      for (Outline.Part part : outline.parts()) {
        SourceLedger page = ledger.of(part.source(), signal.text());
        Optional<Duration> wait = page.pause(now.sourceRowsPerSecond(), now.sourceBytesPerSecond());
        if (wait.isPresent()) {
          page.seen();
          page.deferred(Deferral.SOURCE_LIMIT);
          return Optional.of(
              new Later(
                  Deferral.SOURCE_LIMIT,
                  429,
                  "source \"" + part.source() + "\" has used up what it may append",
                  Math.max(1, wait.get().toSeconds() + 1)));
        }
      }
      return Optional.empty();
    }

    private void answer(OtlpLander.Outcome outcome) {
      OtlpLander.@Nullable Trouble trouble = outcome.trouble();
      String rejected =
          outcome.rejected()
              + " of "
              + outcome.records()
              + " "
              + signal.records()
              + " were rejected: "
              + outcome.problem();
      if (trouble != null && trouble.comeAgain()) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
        problem(UNAVAILABLE, trouble.message());
      } else if (trouble != null) {
        problem(trouble.why() == Rejection.KEY_REUSED ? 422 : 500, trouble.message());
      } else if (outcome.rejected() == 0) {
        send(200, encoding.answer(signal.answer()));
      } else if (outcome.rejected() == outcome.records()) {
        problem(400, rejected);
      } else {
        send(200, encoding.answer(signal.answer(outcome.rejected(), rejected)));
      }
    }

    void problem(int status, String message) {
      send(status, encoding.problem(code(status), message));
    }

    private void send(int status, byte[] body) {
      Reply.bytes(response, callback, status, encoding.type(), body);
    }
  }

  /** Of gRPC, for a status of HTTP. */
  private static int code(int status) {
    return switch (status) {
      case 401 -> 16; // UNAUTHENTICATED
      case 403 -> 7; // PERMISSION_DENIED
      case 405 -> 12; // UNIMPLEMENTED
      case 429 -> 8; // RESOURCE_EXHAUSTED
      case 500 -> 13; // INTERNAL
      case UNAVAILABLE -> 14; // UNAVAILABLE
      default -> 3; // INVALID_ARGUMENT
    };
  }

  private static String digest(Body body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(body.bytes(), body.start(), body.length());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
