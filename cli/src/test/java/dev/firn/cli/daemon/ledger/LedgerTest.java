package dev.firn.cli.daemon.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private Instant now = Instant.parse("2026-08-03T12:00:00Z");
  private final Ledger ledger = new Ledger(() -> now, now);

  private void later(long seconds) {
    now = now.plusSeconds(seconds);
  }

  @Test
  void ratesAreThoseOfTheTimeThatTheyNameAndNoLonger() {
    SourceLedger source = ledger.of("a");
    source.received(new Tally(1, 60, 600));
    source.landed(new Tally(1, 60, 600), false);

    assertThat(source.entry().lastMinute().rows()).isEqualTo(60);
    later(65);
    assertThat(source.entry().lastMinute().rows()).isZero();
    assertThat(source.entry().lastTenMinutes().rows()).isEqualTo(60);
    later(540);
    assertThat(source.entry().lastTenMinutes().rows()).isZero();
    source.received(new Tally(1, 1, 1));
    source.landed(new Tally(1, 1, 1), false);
    assertThat(source.entry().lastTenMinutes().rows()).isEqualTo(1);
    assertThat(source.entry().landed().rows()).isEqualTo(61);
  }

  @Test
  void whatIsInFlightIsNeitherLandedNorRejected() {
    SourceLedger source = ledger.of("a");
    source.received(new Tally(1, 5, 50));
    source.received(new Tally(1, 7, 70));
    source.received(new Tally(1, 9, 90));
    source.landed(new Tally(1, 5, 50), true);
    source.rejected(new Tally(1, 7, 70), Rejection.MISMATCH);

    SourceLedger.Entry entry = source.entry();

    assertThat(entry.received()).isEqualTo(new Tally(3, 21, 210));
    assertThat(entry.inFlight()).isEqualTo(new Tally(1, 9, 90));
    assertThat(entry.held()).isEqualTo(entry.landed()).isEqualTo(new Tally(1, 5, 50));
    assertThat(entry.rejectedInAll()).isEqualTo(new Tally(1, 7, 70));
  }

  @Test
  void sourcesAreABoundedNumberAndTheRestIsOne() {
    for (int i = 0; i < Ledger.MOST + 100; i++) {
      ledger.of("source " + i).seen();
    }
    ledger.of("source 7").seen();

    assertThat(ledger.entries()).hasSize(Ledger.MOST + 1);
    assertThat(ledger.of("one more").source()).isEqualTo(Ledger.OTHERS);
    assertThat(ledger.of("one more").entry().requests()).isEqualTo(100);
    assertThat(ledger.of("source 7").entry().requests()).isEqualTo(2);
  }

  @Test
  void aSourceWaitsUntilWhatItAppendedIsTenSecondsWorthAgain() {
    SourceLedger source = ledger.of("a");
    assertThat(source.pause(10, 0)).isEmpty();
    source.received(new Tally(1, 130, 1_000_000));
    assertThat(source.pause(10, 0)).contains(Duration.ofSeconds(3));
    later(2);
    assertThat(source.pause(10, 0)).contains(Duration.ofSeconds(1));
    later(2);
    assertThat(source.pause(10, 0)).isEmpty();
  }

  @Test
  void theOtherLimitCountsToo() {
    SourceLedger source = ledger.of("a");
    assertThat(source.pause(10, 100)).isEmpty();
    source.received(new Tally(1, 1, 2000));
    assertThat(source.pause(10, 100)).contains(Duration.ofSeconds(10));
  }
}
