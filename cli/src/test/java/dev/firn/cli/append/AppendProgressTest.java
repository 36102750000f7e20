package dev.firn.cli.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Receipt;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AppendProgressTest {
  private static final Instant START = Instant.parse("2026-08-03T12:00:00Z");

  private static AppendTally tally() {
    AppendTally tally = new AppendTally();
    tally.acknowledged(new Receipt("datasets/a/source=b", "id", 9000, 0, "x", false), 3_000_000);
    return tally;
  }

  @Test
  void filesHaveABarAndPipesACount() {
    assertThat(AppendProgress.line(tally(), 50_000_000, 100_000_000, Duration.ofSeconds(5)))
        .isEqualTo("[##########----------]  50 %  10 MB/s  5.0 s left  9,000 rows");
    assertThat(AppendProgress.line(tally(), 0, 0, Duration.ofSeconds(2)))
        .isEqualTo("9,000 rows  3.0 MB  4,500 rows/s");
    assertThat(AppendProgress.line(tally(), 0, 0, Duration.ZERO)).isEqualTo("9,000 rows  3.0 MB");
  }

  @Test
  void itIsShownOnTerminalsOnlyAndNotTooOften() {
    StringWriter terminal = new StringWriter();
    AtomicReference<Instant> now = new AtomicReference<>(START);
    AppendProgress shown = new AppendProgress(new PrintWriter(terminal), now::get, true, 0);

    shown.clear();
    shown.show(tally());
    assertThat(terminal.toString()).isEmpty();
    now.set(START.plusMillis(200));
    shown.show(tally());
    shown.show(tally());
    shown.clear();
    shown.clear();
    assertThat(terminal.toString())
        .isEqualTo("\r\u001b[K9,000 rows  3.0 MB  45,000 rows/s\r\u001b[K");

    StringWriter file = new StringWriter();
    new AppendProgress(new PrintWriter(file), now::get, false, 0).show(tally());
    assertThat(file.toString()).isEmpty();
  }
}
