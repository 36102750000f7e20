package dev.firn.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.text.Progress.Unit;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Instant START = Instant.parse("2026-08-03T12:00:00Z");
  private static final String ERASED = "\r\u001b[K";

  private final StringWriter terminal = new StringWriter();
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private int asked;

  private Progress progress(boolean shown, int columns) {
    return new Progress(new PrintWriter(terminal), now::get, shown, columns);
  }

  private String beside() {
    asked++;
    return "logs";
  }

  @Test
  void theBarHasRateAndTimeLeft() {
    assertThat(Progress.render(Unit.BYTES, 50_000_000, 100_000_000, Duration.ofSeconds(5), "a"))
        .isEqualTo("[##########----------]  50 %  10 MB/s  5.0 s left  a");
    assertThat(Progress.render(Unit.FILES, 300, 400, Duration.ofSeconds(1), ""))
        .isEqualTo("[###############-----]  75 %  300 files/s  333 ms left");
  }

  @Test
  void theBarHoldsAtItsEnds() {
    assertThat(Progress.render(Unit.BYTES, 0, 100, Duration.ZERO, ""))
        .isEqualTo("[--------------------]  0 %");
    assertThat(Progress.render(Unit.BYTES, 110, 100, Duration.ofSeconds(1), ""))
        .isEqualTo("[####################]  100 %  110 B/s  0 ms left");
    assertThat(Progress.render(Unit.BYTES, 10, 100, Duration.ofSeconds(-1), ""))
        .isEqualTo("[##------------------]  10 %");
    assertThat(
            Progress.render(Unit.BYTES, Long.MAX_VALUE / 2, Long.MAX_VALUE, Duration.ofDays(9), ""))
        .isEqualTo("[##########----------]  50 %  5.9 TB/s  9 days left");
  }

  @Test
  void whereTheTotalIsNotKnownThereIsANumberAndItsRate() {
    assertThat(Progress.render(Unit.ROWS, 9000, 0, Duration.ofSeconds(2), "3.0 MB"))
        .isEqualTo("9,000 rows  4,500 rows/s  3.0 MB");
    assertThat(Progress.render(Unit.ROWS, 9000, 0, Duration.ZERO, "")).isEqualTo("9,000 rows");
  }

  @Test
  void itIsDrawnAtOnceThenFiveTimesASecondAtMost() {
    Progress progress = progress(true, 80);

    progress.begin(Unit.BYTES, "1/2 logs");
    progress.at(10, 100, this::beside);
    assertThat(terminal.toString()).isEqualTo(ERASED + "1/2 logs");
    now.set(START.plusMillis(199));
    progress.at(20, 100, this::beside);
    assertThat(asked).isZero();
    now.set(START.plusMillis(200));
    progress.at(40, 100, this::beside);
    progress.at(60, 100, this::beside);
    progress.begin(Unit.BYTES, "2/2 logs");
    assertThat(asked).isEqualTo(1);
    assertThat(terminal.toString())
        .isEqualTo(
            ERASED
                + "1/2 logs"
                + ERASED
                + "[########------------]  40 %  200 B/s  300 ms left  logs");
  }

  @Test
  void whatIsOnTheScreenIsErasedOnce() {
    Progress progress = progress(true, 80);

    progress.clear();
    assertThat(terminal.toString()).isEmpty();
    progress.begin(Unit.BYTES, "x");
    progress.clear();
    progress.clear();
    assertThat(terminal.toString()).isEqualTo(ERASED + "x" + ERASED);
  }

  @Test
  void theLineIsShorterThanTheTerminalsSoThatItCanBeErased() {
    progress(true, 10).begin(Unit.BYTES, "123456789");
    assertThat(terminal.toString()).isEqualTo(ERASED + "123456789");
    progress(true, 10).begin(Unit.BYTES, "1234567890");
    assertThat(terminal.toString()).endsWith(ERASED + "12345678…");
  }

  @Test
  void aClockThatIsSetBackDoesNotStopIt() {
    Progress progress = progress(true, 80);
    progress.begin(Unit.ROWS, "");
    now.set(START.minusSeconds(3600));
    progress.at(10, 100, () -> "");
    progress.at(10, 100, () -> "");
    now.set(START.minusSeconds(3599));
    progress.at(20, 100, () -> "");
    assertThat(terminal.toString())
        .isEqualTo(
            ERASED + "[##------------------]  10 %" + ERASED + "[####----------------]  20 %");
  }

  @Test
  void whereNothingIsShownNothingIsAsked() {
    Progress progress = progress(false, 80);
    progress.begin(Unit.BYTES, "logs");
    now.set(START.plusSeconds(5));
    progress.at(10, 100, this::beside);
    progress.clear();
    assertThat(terminal.toString()).isEmpty();
    assertThat(asked).isZero();
  }
}
