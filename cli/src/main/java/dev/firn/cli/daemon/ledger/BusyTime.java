package dev.firn.cli.daemon.ledger;

import java.time.Duration;
import java.time.Instant;

/** How long at least one of several things that overlap went on, lately. */
final class BusyTime {
  private final Rates micros = new Rates();
  private int running;
  private long beganNanos;

  synchronized void begin() {
    if (running++ == 0) {
      beganNanos = System.nanoTime();
    }
  }

  synchronized void end(Instant now) {
    // Counted at each end, so that a time in which one thing always runs is counted too.
    long nanos = System.nanoTime();
    micros.add(new Tally(0, 0, (nanos - beganNanos) / 1000), now);
    beganNanos = nanos;
    running--;
  }

  synchronized Duration within(Duration time, Instant now) {
    return Duration.ofNanos(micros.within(time, now).bytes() * 1000);
  }
}
