package dev.firn.core.append;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.append.HeldAppends.HeldFile;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.RowsDigest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An exchange on its way, until it has a receipt or a failure. */
final class Pending {
  final List<ObjectNode> rows;
  final long bytes;
  final ExchangeId id;
  @Nullable HeldFile held;

  /** The one before it of those that its caller appends together; null if there is none. */
  final @Nullable Pending before;

  volatile @Nullable Receipt receipt;
  volatile @Nullable Throwable failure;
  private final Thread appender = Thread.currentThread();

  /** How long a retry is known again, if the id was given. */
  final Duration window;

  /** What a retry must say too; {@link GivenReceipt#NO_DIGEST} if that is not asked for. */
  final long digest;

  /**
   * @param compared whether what comes under its id another time is to say the same
   */
  Pending(
      JsonExchange exchange,
      ExchangeId id,
      Duration window,
      boolean compared,
      @Nullable Pending before) {
    this.before = before;
    this.rows = exchange.rows();
    this.bytes = exchange.bytes();
    this.id = id;
    this.window = window;
    this.digest = compared ? digest(rows, id) : GivenReceipt.NO_DIGEST;
  }

  Pending(HeldExchange exchange, HeldFile file) {
    this(exchange.rows(), ExchangeId.parse(exchange.id()).orElseGet(ExchangeId::random), file);
  }

  private Pending(List<ObjectNode> rows, ExchangeId id, @Nullable HeldFile file) {
    this.rows = rows;
    this.bytes = 0;
    this.id = id;
    this.held = file;
    this.before = null;
    this.window = ReceiptLedger.WINDOW;
    this.digest = digest(rows, id);
  }

  /** The same that nobody has a name for. */
  Pending underIdOfItsOwn() {
    return new Pending(rows, ExchangeId.random(), held);
  }

  /** Of an exchange whose id was given. */
  static long digest(List<ObjectNode> rows, ExchangeId id) {
    return id.isGiven()
        ? RowsDigest.of(rows, id.value().getMostSignificantBits())
        : GivenReceipt.NO_DIGEST;
  }

  /** Lets its appender look again, if it waits. */
  void wake() {
    LockSupport.unpark(appender);
  }

  /** Lets the appenders of all look again, each once. */
  static void wake(List<Pending> batch) {
    Thread last = Thread.currentThread();
    for (Pending pending : batch) {
      if (pending.appender != last) {
        last = pending.appender;
        pending.wake();
      }
    }
  }

  /** True for the thread that brought it. */
  boolean isOwn() {
    return appender == Thread.currentThread();
  }

  boolean isDone() {
    return receipt != null || failure != null;
  }

  /**
   * True, and it is given up, if the one before it failed: those that are appended together go in
   * in their order, up to the first that does not.
   */
  boolean isGivenUp() {
    Pending first = before;
    if (first != null && first.failure != null && !isDone()) {
      failure = first.failure;
    }
    return failure != null;
  }

  /**
   * What its caller is told; null if it has a receipt. An exception of another thread that says
   * what may be there comes as the cause of an own one.
   */
  @Nullable Throwable problem() {
    Throwable cause = failure;
    if (receipt != null) {
      return null;
    }
    if (cause instanceof CommitStateUnknown unknown) {
      return new CommitStateUnknown(String.valueOf(unknown.getMessage()), unknown);
    }
    if (cause instanceof IOException || cause instanceof Error) {
      return cause;
    }
    return new IOException("the append failed", cause);
  }

  /** How many have neither yet. */
  static long waiting(List<Pending> batch) {
    return batch.stream().filter(pending -> !pending.isDone()).count();
  }

  /** What the footer of a file says of the exchanges in it. */
  static Map<String, String> footer(List<Pending> batch, List<GivenReceipt> given) {
    StringBuilder exchanges = new StringBuilder();
    for (Pending pending : batch) {
      exchanges
          .append(exchanges.isEmpty() ? "" : ",")
          .append(pending.id)
          .append(':')
          .append(pending.rows.size());
    }
    Map<String, String> footer = new HashMap<>(ReceiptLedger.footer(given));
    footer.put("firn.exchanges", exchanges.toString());
    return footer;
  }

  /** The rows of all, in order. */
  static List<ObjectNode> rows(List<Pending> batch) {
    List<ObjectNode> rows = new ArrayList<>();
    batch.forEach(pending -> rows.addAll(pending.rows));
    return rows;
  }
}
