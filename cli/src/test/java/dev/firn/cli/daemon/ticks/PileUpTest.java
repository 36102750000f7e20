package dev.firn.cli.daemon.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PileUpTest {
  private static final String A = "datasets/d/source=a";
  private static final int COUNT = 32;

  private final PileUp pileUp = new PileUp();

  private void land(int files) {
    for (int i = 0; i < files; i++) {
      pileUp.landed(A, "file " + i);
    }
  }

  private void passEnds(Outcome outcome, long left) {
    PartitionReport report =
        PartitionReport.untouched(
                new CacheDirectory(new LocalDisk(), Path.of("/root"))
                    .partition("d", Map.of("source", "a")),
                Optional.empty(),
                null,
                outcome,
                "why")
            .with(outcome, "why", left);
    pileUp.passEnded(new PassReport(false, 0, List.of(report), List.of(), List.of(), 0, false));
  }

  @Test
  void exchangesThatLandedInOneFileCountOnce() {
    for (int i = 0; i < 1000; i++) {
      pileUp.landed(A, "the file");
    }

    assertThat(pileUp.early(COUNT)).isEmpty();
  }

  @Test
  void aPassIsNeededEarlyAtFourTimesTheThresholdAndNotAgainForTheSameFiles() {
    land(127);
    assertThat(pileUp.early(COUNT)).isEmpty();
    pileUp.landed(A, "one more");
    assertThat(pileUp.early(COUNT)).contains(A + " has 128 new files, threshold 128");

    pileUp.passBegins();
    passEnds(Outcome.FAILED, 0);
    assertThat(pileUp.early(COUNT)).isEmpty();
  }

  @Test
  void writersAreSlowedByWhatNoPassTookUpAndSaidSo() {
    land(512);
    assertThat(pileUp.slowdown(A, COUNT)).isZero();
    assertThat(pileUp.slowed(COUNT)).isEmpty();
    land(10);
    assertThat(pileUp.slowdown(A, COUNT)).isEqualTo(Duration.ofMillis(10));
    assertThat(pileUp.slowed(COUNT).orElseThrow()).contains(A).contains("522 files");
    land(5000);
    assertThat(pileUp.slowdown(A, COUNT)).isEqualTo(Duration.ofMillis(500));

    pileUp.passBegins();
    passEnds(Outcome.HELD, 0);
    assertThat(pileUp.slowdown(A, COUNT)).isEqualTo(Duration.ofMillis(500));

    pileUp.passBegins();
    land(3);
    passEnds(Outcome.COMPACTED, 520);
    assertThat(pileUp.slowdown(A, COUNT)).isEqualTo(Duration.ofMillis(11));

    pileUp.passBegins();
    passEnds(Outcome.COMPACTED, 0);
    assertThat(pileUp.slowdown(A, COUNT)).isZero();
    assertThat(pileUp.slowed(COUNT)).isEmpty();
  }
}
