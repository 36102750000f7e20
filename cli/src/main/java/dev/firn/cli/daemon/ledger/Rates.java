package dev.firn.cli.daemon.ledger;

import java.time.Duration;
import java.time.Instant;

/**
 * How much happened lately, in steps of five seconds: the sum over one minute is that of the twelve
 * newest steps, the one that goes on included. For one thread at a time.
 */
final class Rates {
  static final Duration LONGEST = Duration.ofMinutes(10);

  private static final int STEP_SECONDS = 5;
  private static final int STEPS = 120;

  private final Tally[] sums = new Tally[STEPS];
  private final long[] steps = new long[STEPS];

  Rates() {
    java.util.Arrays.fill(sums, Tally.NONE);
  }

  void add(Tally tally, Instant now) {
    long step = step(now);
    int index = (int) Math.floorMod(step, (long) STEPS);
    sums[index] = steps[index] == step ? sums[index].plus(tally) : tally;
    steps[index] = step;
  }

  /** What was added in this time up to now. */
  Tally within(Duration time, Instant now) {
    long newest = step(now);
    long oldest = newest - time.toSeconds() / STEP_SECONDS;
    Tally sum = Tally.NONE;
    for (int i = 0; i < STEPS; i++) {
      if (steps[i] > oldest && steps[i] <= newest) {
        sum = sum.plus(sums[i]);
      }
    }
    return sum;
  }

  private static long step(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), (long) STEP_SECONDS);
  }
}
