package dev.firn.core.append;

import dev.firn.core.layout.Partition;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.rows.RowsDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Appends exchanges to one partition. May be shared by threads. */
public final class CacheWriter {
  private final OpenWriters writers;
  private final Partition partition;

  CacheWriter(OpenWriters writers, Partition partition) {
    this.writers = writers;
    this.partition = partition;
  }

  /**
   * Appends one exchange. When this returns its rows are on the disk and are read exactly once by
   * every reader from now on, in this process and in others.
   *
   * @throws MismatchException if a value does not fit and the dataset rejects what does not
   * @throws dev.firn.core.CacheException.CommitStateUnknown if the exchange may have landed
   * @throws IOException if it has not landed
   */
  public Receipt append(JsonExchange exchange) throws IOException {
    return append(exchange, ExchangeId.random(), ReceiptLedger.WINDOW, false);
  }

  /**
   * Appends one exchange under an id of the caller's, of any length and form, so that it may be
   * repeated safely. If one with this id has landed in this partition within the last 24 hours, in
   * whatever process, its receipt is returned and nothing is appended. It has to be the same
   * exchange: rows that say the same, however they are spelt ({@link RowsDigest}).
   *
   * @throws ReusedIdException if one with this id has landed that says something else; nothing is
   *     appended
   * @throws IllegalArgumentException if the id is empty
   */
  public Receipt append(JsonExchange exchange, String id) throws IOException {
    return append(exchange, id, ReceiptLedger.WINDOW);
  }

  /**
   * The same for a caller who comes again soon or never: each id that is known takes memory, and a
   * place in what a compaction carries over.
   *
   * @param window for how long from now on it is known, at most 24 hours
   * @throws IllegalArgumentException if the id is empty, or the window is none
   */
  public Receipt append(JsonExchange exchange, String id, Duration window) throws IOException {
    return append(exchange, given(id), required(window), true);
  }

  /**
   * The same under an id that follows from what the caller was sent, such as a digest of it. The
   * rows are not compared: a later version of the caller may make others of the same.
   */
  public Receipt appendByContent(JsonExchange exchange, String id, Duration window)
      throws IOException {
    return append(exchange, given(id), required(window), false);
  }

  private static Duration required(Duration window) {
    if (window.toSeconds() < 1 || window.compareTo(ReceiptLedger.WINDOW) > 0) {
      throw new IllegalArgumentException(
          "a window of " + window + " is not between a second and " + ReceiptLedger.WINDOW);
    }
    return window;
  }

  private Receipt append(JsonExchange exchange, ExchangeId id, Duration window, boolean compared)
      throws IOException {
    Appended appended = land(List.of(new Pending(exchange, id, window, compared, null)));
    Throwable failure = appended.failure();
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return appended.receipts().get(0);
  }

  /**
   * Appends exchanges, each behind the one before it, up to the first that fails. They need not
   * wait for each other: as many as fit share a file and its two syncs. When this returns, all that
   * have a receipt are on the disk.
   */
  public Appended append(List<JsonExchange> exchanges) throws IOException {
    return append(exchanges, List.of());
  }

  /**
   * The same, each under an id of the caller's, as with {@link #append(JsonExchange, String)}.
   *
   * @param ids of the exchanges, in their order; none at all if they have none
   * @throws IllegalArgumentException if an id is empty, or there are not as many as exchanges
   */
  public Appended append(List<JsonExchange> exchanges, List<String> ids) throws IOException {
    if (!ids.isEmpty() && ids.size() != exchanges.size()) {
      throw new IllegalArgumentException(
          ids.size() + " ids for " + exchanges.size() + " exchanges");
    }
    List<Pending> own = new ArrayList<>();
    @Nullable Pending before = null;
    for (int i = 0; i < exchanges.size(); i++) {
      ExchangeId id = ids.isEmpty() ? ExchangeId.random() : given(ids.get(i));
      before = new Pending(exchanges.get(i), id, ReceiptLedger.WINDOW, true, before);
      own.add(before);
    }
    return land(own);
  }

  private Appended land(List<Pending> own) throws IOException {
    if (own.isEmpty()) {
      return new Appended(List.of(), null);
    }
    return writers.use(
        partition,
        writer -> {
          writer.append(own);
          return Appended.of(own);
        });
  }

  private static ExchangeId given(String id) {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("an exchange's id is empty");
    }
    return ExchangeId.given(id);
  }

  /**
   * The same, from JSON text: an object is one row, an array of objects many.
   *
   * @throws NotAnExchangeException if it is neither
   */
  public Receipt append(String json) throws IOException, NotAnExchangeException {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    return append(JsonExchange.parse(utf8, 0, utf8.length));
  }
}
