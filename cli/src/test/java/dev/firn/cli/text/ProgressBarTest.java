package dev.firn.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  @Test
  void theBarHasRateAndTimeLeft() {
    assertThat(ProgressBar.format(50_000_000, 100_000_000, Duration.ofSeconds(5)))
        .isEqualTo("[##########----------]  50 %  10 MB/s  5.0 s left");
  }

  @Test
  void theBarHoldsAtItsEnds() {
    assertThat(ProgressBar.format(0, 100, Duration.ZERO)).isEqualTo("[--------------------]  0 %");
    assertThat(ProgressBar.format(110, 100, Duration.ofSeconds(1)))
        .isEqualTo("[####################]  100 %  110 B/s  0 ms left");
  }
}
