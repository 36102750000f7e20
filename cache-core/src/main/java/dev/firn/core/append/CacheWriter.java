package dev.firn.core.append;

import dev.firn.core.layout.Partition;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

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
    return writers.use(partition, writer -> writer.append(exchange, id));
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
    if (id.isEmpty()) {
      throw new IllegalArgumentException("an exchange's id is empty");
    }
    return writers.use(partition, writer -> writer.append(exchange, ExchangeId.given(id)));
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
