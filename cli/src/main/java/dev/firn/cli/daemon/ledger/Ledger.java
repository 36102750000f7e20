package dev.firn.cli.daemon.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sources that this daemon has heard of since it started: a bounded number, those that come
 * later are one together. And how busy landing is, from which follows what it could do.
 */
public final class Ledger {
  /** What sources beyond the {@link #MOST} first are called together. No source can be. */
  public static final String OTHERS = "(others)";

  /** What a request counts for of which nobody knows whose it is. No source can be called so. */
  public static final String UNREAD = "(unread)";

  static final int MOST = 256;

  private final InstantSource clock;
  private final Instant since;
  private final Map<Key, SourceLedger> sources = new LinkedHashMap<>();
  private final BusyTime busy = new BusyTime();

  /**
   * @param since it is kept
   */
  public Ledger(InstantSource clock, Instant since) {
    this.clock = clock;
    this.since = since;
  }

  public Instant since() {
    return since;
  }

  private record Key(String source, String signal) {}

  /** The page of a source that appends. */
  public SourceLedger of(String source) {
    return of(source, "");
  }

  /**
   * The page of a source.
   *
   * @param signal of OpenTelemetry that it sends; empty if it appends
   */
  public synchronized SourceLedger of(String source, String signal) {
    SourceLedger known = sources.get(new Key(source, signal));
    if (known == null) {
      Key key = sources.size() < MOST ? new Key(source, signal) : new Key(OTHERS, "");
      known = sources.computeIfAbsent(key, k -> new SourceLedger(k.source(), k.signal(), clock));
    }
    return known;
  }

  /** All pages, in the order in which sources were first heard of. */
  public List<SourceLedger.Entry> entries() {
    List<SourceLedger> all;
    synchronized (this) {
      all = List.copyOf(sources.values());
    }
    return all.stream().map(SourceLedger::entry).toList();
  }

  /** Landing of an exchange begins. */
  public void landingBegins() {
    busy.begin();
  }

  /** Landing of an exchange has ended, well or not. */
  public void landingEnds() {
    busy.end(clock.instant());
  }

  /**
   * The part of the last ten minutes, or since the start, in which something was being landed. Of a
   * source that landed a third of all bytes meanwhile, the share of the capacity is a third of it.
   */
  public double busyFraction() {
    Instant now = clock.instant();
    Duration time = Duration.between(since, now);
    time = time.compareTo(Rates.LONGEST) > 0 ? Rates.LONGEST : time;
    return time.toMillis() <= 0
        ? 0
        : Math.min(1, busy.within(Rates.LONGEST, now).toMillis() / (double) time.toMillis());
  }
}
