package dev.firn.core.append;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.HeldAppends.HeldFile;
import dev.firn.core.rows.JsonExchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An exchange on its way, until it has a receipt or a failure. */
final class Pending {
  final List<ObjectNode> rows;
  final long bytes;
  final ExchangeId id;
  @Nullable HeldFile held;
  volatile @Nullable Receipt receipt;
  volatile @Nullable Throwable failure;
  private final Thread appender = Thread.currentThread();

  /** How long a retry is known again, if the id was given. */
  final Duration window;

  Pending(JsonExchange exchange, ExchangeId id, Duration window) {
    this.rows = exchange.rows();
    this.bytes = exchange.bytes();
    this.id = id;
    this.window = window;
  }

  Pending(HeldExchange exchange, HeldFile file) {
    this.rows = exchange.rows();
    this.bytes = 0;
    this.id = ExchangeId.parse(exchange.id()).orElseGet(ExchangeId::random);
    this.held = file;
    this.window = ReceiptLedger.WINDOW;
  }

  /** Lets its appender look again, if it waits. */
  void wake() {
    LockSupport.unpark(appender);
  }

  boolean isDone() {
    return receipt != null || failure != null;
  }

  /** How many have neither yet. */
  static long waiting(List<Pending> batch) {
    return batch.stream().filter(pending -> !pending.isDone()).count();
  }

  /** The rows of all, in order. */
  static List<ObjectNode> rows(List<Pending> batch) {
    List<ObjectNode> rows = new ArrayList<>();
    batch.forEach(pending -> rows.addAll(pending.rows));
    return rows;
  }
}
