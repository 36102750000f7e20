package dev.firn.cli.daemon.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one source brought and what became of it. Each number rises on an event of its own, none is
 * computed from others; at every instant received = landed + rejected + in flight.
 *
 * <p>A repetition of a keyed exchange counts as received and landed like its first, because its
 * producer was told so; it added no rows.
 */
public final class SourceLedger {
  private final String source;
  private final String signal;
  private final InstantSource clock;
  private final Allowance allowance = new Allowance();
  private Tally received = Tally.NONE;
  private Tally landed = Tally.NONE;
  private Tally held = Tally.NONE;
  private Tally inFlight = Tally.NONE;
  private final Map<Rejection, Tally> rejected = new EnumMap<>(Rejection.class);
  private final Map<Deferral, Long> deferred = new EnumMap<>(Deferral.class);
  private long requests;
  private final Rates rates = new Rates();
  private @Nullable Instant lastSeen;

  SourceLedger(String source, String signal, InstantSource clock) {
    this.source = source;
    this.signal = signal;
    this.clock = clock;
  }

  public String source() {
    return source;
  }

  /** A request came, whatever becomes of it. */
  public synchronized void seen() {
    requests++;
    lastSeen = clock.instant();
  }

  /** A request was sent away to come again. */
  public synchronized void deferred(Deferral why) {
    deferred.merge(why, 1L, Long::sum);
  }

  /** An accepted body has these exchanges. */
  public synchronized void received(Tally tally) {
    received = received.plus(tally);
    inFlight = inFlight.plus(tally);
    allowance.spend(tally);
  }

  /** An exchange was acknowledged. */
  public synchronized void landed(Tally tally, boolean outside) {
    landed = landed.plus(tally);
    inFlight = inFlight.minus(tally);
    rates.add(tally, clock.instant());
    if (outside) {
      held = held.plus(tally);
    }
  }

  /** An exchange was refused. */
  public synchronized void rejected(Tally tally, Rejection why) {
    rejected.merge(why, tally, Tally::plus);
    inFlight = inFlight.minus(tally);
  }

  /** A body was refused of which it is not known how many exchanges it has: it counts as one. */
  public synchronized void refusedUnread() {
    Tally one = new Tally(1, 0, 0);
    received(one);
    rejected(one, Rejection.UNREADABLE);
  }

  /** How long the source has to wait before it may append again; empty if it need not. */
  public synchronized Optional<Duration> pause(long rowsPerSecond, long bytesPerSecond) {
    return allowance.pause(rowsPerSecond, bytesPerSecond, clock.instant());
  }

  /**
   * All numbers at one instant.
   *
   * @param signal of OpenTelemetry that it sends; empty if it appends
   * @param held that part of what landed which waits outside its partition
   * @param lastMinute what landed within a minute
   * @param lastTenMinutes what landed within ten
   */
  public record Entry(
      String source,
      String signal,
      long requests,
      Tally received,
      Tally landed,
      Tally held,
      Tally inFlight,
      Map<Rejection, Tally> rejected,
      Map<Deferral, Long> deferred,
      Tally lastMinute,
      Tally lastTenMinutes,
      Optional<Instant> lastSeen) {
    public Entry {
      rejected = Map.copyOf(rejected);
      deferred = Map.copyOf(deferred);
    }

    /** The source as people are told of it. */
    public String title() {
      return signal.isEmpty() ? source : source + " (" + signal + ")";
    }

    /** All that was refused. */
    public Tally rejectedInAll() {
      return rejected.values().stream().reduce(Tally.NONE, Tally::plus);
    }

    /** All requests that were to come again. */
    public long deferredInAll() {
      return deferred.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  public synchronized Entry entry() {
    Instant now = clock.instant();
    return new Entry(
        source,
        signal,
        requests,
        received,
        landed,
        held,
        inFlight,
        rejected,
        deferred,
        rates.within(Duration.ofMinutes(1), now),
        rates.within(Rates.LONGEST, now),
        Optional.ofNullable(lastSeen));
  }
}
