package dev.firn.cli.daemon.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.config.TickSettings;
import dev.firn.cli.daemon.ticks.NextRun.Known;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NextRunTest {
  private static final Instant STARTED = Instant.parse("2026-08-03T12:00:00Z");
  private static final Duration JITTER = Duration.ofSeconds(20);
  private static final TickSettings HOURLY =
      new TickSettings(true, Duration.ofHours(1), Duration.ofSeconds(30));

  private static NextRun decide(String last, String ended, String early) {
    return NextRun.decide(
        HOURLY,
        new Known(
            STARTED,
            JITTER,
            Optional.ofNullable(last).map(Instant::parse),
            Optional.ofNullable(ended).map(Instant::parse),
            Optional.ofNullable(early)));
  }

  @Test
  void theFirstPassWaitsForTheJitterOnly() {
    assertThat(decide(null, null, null))
        .isEqualTo(new NextRun(Optional.of(STARTED.plus(JITTER)), "no pass has run yet"));
  }

  @Test
  void aPassThatWasMissedWhileNoDaemonRanIsMadeUpForAfterTheJitter() {
    assertThat(decide("2026-08-03T09:00:00Z", null, null))
        .isEqualTo(
            new NextRun(Optional.of(STARTED.plus(JITTER)), "overdue since 2026-08-03T10:00:00Z"));
  }

  @Test
  void aRestartDoesNotMoveTheNextPass() {
    assertThat(decide("2026-08-03T11:30:00Z", null, null).at())
        .contains(Instant.parse("2026-08-03T12:30:00Z"));
  }

  @Test
  void whatIsUrgentWaitsForNothingButThePauseAfterTheLastPass() {
    assertThat(decide("2026-08-03T11:30:00Z", null, "x").at()).contains(STARTED);
    assertThat(decide("2026-08-03T12:10:00Z", "2026-08-03T12:11:00Z", "x"))
        .isEqualTo(new NextRun(Optional.of(Instant.parse("2026-08-03T12:11:30Z")), "early: x"));
  }

  @Test
  void switchedOffItNeverRunsHoweverUrgentItIs() {
    NextRun next =
        NextRun.decide(
            new TickSettings(false, Duration.ZERO, Duration.ofSeconds(30)),
            new Known(STARTED, JITTER, Optional.empty(), Optional.empty(), Optional.of("x")));

    assertThat(next.at()).isEmpty();
    assertThat(next.why()).startsWith("never: ");
  }
}
