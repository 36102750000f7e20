package dev.firn.cli.text;

import java.time.Duration;

/** A bar with rate and time left: {@code [##########----------] 50 % 18 MB/s 3.0 s left}. */
public final class ProgressBar {
  private static final int BAR = 20;

  private ProgressBar() {}

  /** Without a rate as long as nothing is done or no time has passed. */
  public static String format(long done, long total, Duration elapsed) {
    double share = Math.min(1, (double) done / total);
    int filled = (int) (share * BAR);
    String bar =
        "[" + "#".repeat(filled) + "-".repeat(BAR - filled) + "]  " + (int) (share * 100) + " %";
    long millis = elapsed.toMillis();
    if (millis == 0 || done <= 0) {
      return bar;
    }
    Duration left = Duration.ofMillis((long) ((double) millis * (total - done) / done));
    return bar
        + "  "
        + ByteSize.format(done * 1000 / millis)
        + "/s  "
        + Durations.format(left.isNegative() ? Duration.ZERO : left)
        + " left";
  }
}
