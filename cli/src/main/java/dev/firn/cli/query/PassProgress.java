package dev.firn.cli.query;

import dev.firn.cli.text.ProgressBar;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.report.PartitionReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A bar with rate and time left for one partition at a time, on a line of a terminal. */
final class PassProgress implements PassListener {
  private static final String LINE_START = "\r\u001b[K";
  private static final Duration BETWEEN = Duration.ofMillis(200);

  private final PrintWriter terminal;
  private final InstantSource clock;
  private Instant started = Instant.EPOCH;
  private Instant shown = Instant.EPOCH;
  private String place = "";

  PassProgress(PrintWriter terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public void started(Partition partition, int index, int count) {
    started = clock.instant();
    place = index + 1 + "/" + count + " " + partition.path();
    show(place);
  }

  @Override
  public void progress(Partition partition, long bytesDone, long bytesTotal) {
    if (Duration.between(shown, clock.instant()).compareTo(BETWEEN) >= 0 && bytesTotal > 0) {
      show(
          ProgressBar.format(bytesDone, bytesTotal, Duration.between(started, clock.instant()))
              + "  "
              + place);
    }
  }

  @Override
  public void finished(PartitionReport report) {
    clear();
  }

  /** Leaves an empty line to whoever writes next. */
  void clear() {
    terminal.print(LINE_START);
    terminal.flush();
  }

  private void show(String text) {
    shown = clock.instant();
    terminal.print(LINE_START + text);
    terminal.flush();
  }
}
