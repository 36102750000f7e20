package dev.firn.cli.daemon.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a source may append on average. What it appended is a debt that melts at the allowed rate;
 * while it is more than ten seconds' worth the source waits. So a burst passes, and one exchange
 * that is larger than the allowance of a second is not locked out. For one thread at a time.
 */
final class Allowance {
  private static final double BURST_SECONDS = 10;

  private double rows;
  private double bytes;
  private @Nullable Instant melted;

  void spend(Tally tally) {
    rows += tally.rows();
    bytes += tally.bytes();
  }

  /**
   * @param rowsPerSecond 0 for any number
   * @param bytesPerSecond 0 for any number
   */
  Optional<Duration> pause(long rowsPerSecond, long bytesPerSecond, Instant now) {
    double seconds = melted == null ? 0 : Duration.between(melted, now).toMillis() / 1000.0;
    melted = now;
    rows = melt(rows, rowsPerSecond, seconds);
    bytes = melt(bytes, bytesPerSecond, seconds);
    double wait =
        Math.max(secondsOf(rows, rowsPerSecond), secondsOf(bytes, bytesPerSecond)) - BURST_SECONDS;
    return wait > 0 ? Optional.of(Duration.ofMillis((long) (wait * 1000))) : Optional.empty();
  }

  private static double melt(double debt, long perSecond, double seconds) {
    return perSecond == 0 ? 0 : Math.max(0, debt - perSecond * Math.max(0, seconds));
  }

  private static double secondsOf(double debt, long perSecond) {
    return perSecond == 0 ? 0 : debt / perSecond;
  }
}
