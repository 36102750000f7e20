package dev.firn.cli.text;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * How far long work is, on one line of a terminal: a bar with rate and time left where the total is
 * known, else a number and its rate.
 *
 * <p>It may be told as often as anybody likes: the line is drawn anew five times a second at most.
 * In between telling costs a look at the clock, and nothing where nothing is shown. The line never
 * fills the terminal's, so that it can be erased; whoever writes there next {@link #clear}s it. For
 * one thread.
 */
public final class Progress {
  private static final int BAR = 20;
  private static final String LINE_START = "\r\u001b[K";
  private static final long BETWEEN_MILLIS = 200;

  /** What is counted. */
  public enum Unit {
    BYTES,
    FILES,
    ROWS;

    private String format(long count) {
      return switch (this) {
        case BYTES -> ByteSize.format(count);
        case FILES -> Counted.of(count, "file");
        case ROWS -> Counted.of(count, "row");
      };
    }
  }

  private final PrintWriter terminal;
  private final InstantSource clock;
  private final boolean shown;
  private final int columns;
  private Unit unit = Unit.BYTES;
  private Instant started = Instant.EPOCH;
  private long drawnMillis;
  private boolean onScreen;

  /**
   * @param shown false to show nothing, ever
   * @param columns of the terminal
   */
  public Progress(PrintWriter terminal, InstantSource clock, boolean shown, int columns) {
    this.terminal = terminal;
    this.clock = clock;
    this.shown = shown;
    this.columns = columns;
  }

  /**
   * Begins a piece of work, from which rate and time left are counted.
   *
   * @param what says which; if it is empty, nothing is drawn before there is something to count
   */
  public void begin(Unit counted, String what) {
    if (shown) {
      unit = counted;
      started = clock.instant();
      if (!what.isEmpty() && isDue()) {
        draw(what);
      }
    }
  }

  /**
   * Work goes on.
   *
   * @param total 0 or less where it is not known
   * @param beside stands after the bar; asked only if the line is drawn
   */
  public void at(long done, long total, Supplier<String> beside) {
    if (shown && isDue()) {
      draw(render(unit, done, total, Duration.between(started, clock.instant()), beside.get()));
    }
  }

  /** Leaves an empty line to whoever writes next. */
  public void clear() {
    if (onScreen) {
      onScreen = false;
      terminal.print(LINE_START);
      terminal.flush();
    }
  }

  /** {@code [##########----------] 50 % 18 MB/s 3.0 s left logs}, or {@code 9,000 rows 450/s}. */
  static String render(Unit unit, long done, long total, Duration elapsed, String beside) {
    long millis = elapsed.toMillis();
    String rate =
        millis <= 0 || done <= 0 ? "" : "  " + unit.format((long) (1000.0 * done / millis)) + "/s";
    String end = beside.isEmpty() ? "" : "  " + beside;
    if (total <= 0) {
      return unit.format(done) + rate + end;
    }
    double share = Math.max(0, Math.min(1, (double) done / total));
    int filled = (int) (share * BAR);
    String left = "";
    if (!rate.isEmpty()) {
      long leftMillis = Math.max(0, (long) ((double) millis * (total - done) / done));
      left = "  " + Durations.format(Duration.ofMillis(leftMillis)) + " left";
    }
    return "["
        + "#".repeat(filled)
        + "-".repeat(BAR - filled)
        + "]  "
        + (int) (share * 100)
        + " %"
        + rate
        + left
        + end;
  }

  /** A clock that is set back does not stop it. */
  private boolean isDue() {
    return Math.abs(clock.millis() - drawnMillis) >= BETWEEN_MILLIS;
  }

  private void draw(String text) {
    drawnMillis = clock.millis();
    onScreen = true;
    terminal.print(LINE_START + fitted(text));
    terminal.flush();
  }

  private String fitted(String text) {
    int most = columns - 1;
    if (text.codePointCount(0, text.length()) <= most) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
