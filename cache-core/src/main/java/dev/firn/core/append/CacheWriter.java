package dev.firn.core.append;

import dev.firn.core.layout.Partition;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

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
    ExchangeId id = ExchangeId.random();
    return writers.use(partition, writer -> writer.append(exchange, id, ReceiptLedger.WINDOW));
  }

  /**
   * Appends one exchange under an id of the caller's, of any length and form, so that it may be
   * repeated safely. If one with this id has landed in this partition within the last 24 hours, in
   * whatever process, its receipt is returned and nothing is appended; what the rows are is not
   * compared.
   *
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
    if (id.isEmpty()) {
      throw new IllegalArgumentException("an exchange's id is empty");
    }
    if (window.toSeconds() < 1 || window.compareTo(ReceiptLedger.WINDOW) > 0) {
      throw new IllegalArgumentException(
          "a window of " + window + " is not between a second and " + ReceiptLedger.WINDOW);
    }
    return writers.use(partition, writer -> writer.append(exchange, ExchangeId.given(id), window));
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
