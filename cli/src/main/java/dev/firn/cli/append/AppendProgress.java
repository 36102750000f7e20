package dev.firn.cli.append;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.ProgressBar;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** How far an append is, on a line of a terminal: a bar over files, a count of what is piped. */
final class AppendProgress {
  private static final String LINE_START = "\r\u001b[K";
  private static final Duration BETWEEN = Duration.ofMillis(200);

  private final PrintWriter terminal;
  private final InstantSource clock;
  private final boolean shown;
  private final long totalBytes;
  private final Instant started;
  private Instant last;
  private long bytesRead;
  private boolean onScreen;

  /**
   * @param shown false to show nothing
   * @param totalBytes of all files; 0 if it is not known
   */
  AppendProgress(PrintWriter terminal, InstantSource clock, boolean shown, long totalBytes) {
    this.terminal = terminal;
    this.clock = clock;
    this.shown = shown;
    this.totalBytes = totalBytes;
    this.started = clock.instant();
    this.last = started;
  }

  void read(long bytes) {
    bytesRead += bytes;
  }

  void show(AppendTally tally) {
    if (!shown) {
      return;
    }
    Instant now = clock.instant();
    if (Duration.between(last, now).compareTo(BETWEEN) >= 0) {
      last = now;
      onScreen = true;
      terminal.print(
          LINE_START + line(tally, bytesRead, totalBytes, Duration.between(started, now)));
      terminal.flush();
    }
  }

  static String line(AppendTally tally, long bytesRead, long totalBytes, Duration elapsed) {
    String rows = Counted.of(tally.rows(), "row");
    if (totalBytes > 0) {
      return ProgressBar.format(bytesRead, totalBytes, elapsed) + "  " + rows;
    }
    long millis = elapsed.toMillis();
    return rows
        + "  "
        + ByteSize.format(tally.bytes())
        + (millis == 0 ? "" : "  " + Counted.number(tally.rows() * 1000 / millis) + " rows/s");
  }

  /** Leaves an empty line to whoever writes next. */
  void clear() {
    if (onScreen) {
      onScreen = false;
      terminal.print(LINE_START);
      terminal.flush();
    }
  }
}
