package dev.firn.cli.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.LeaseUnavailable;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AppendFailureTest {

  private static AppendFailure of(Throwable failure) {
    return AppendFailure.of(failure, "logs");
  }

  @Test
  void whatMayHaveLandedIsUnknownAndMayComeAgain() {
    AppendFailure found = of(new CommitStateUnknown("the directory was not synced", null));

    assertThat(found.status()).isEqualTo(500);
    assertThat(found.code()).isEqualTo("unknown");
    assertThat(found.message()).isEqualTo("the directory was not synced; it may have landed");
    assertThat(found.why()).isEqualTo(Rejection.UNKNOWN);
    assertThat(found.comeAgain()).isTrue();
  }

  @Test
  void aPartitionThatSomebodyHoldsMayBeFreeLater() {
    AppendFailure found = of(new LeaseUnavailable(Path.of("lock"), "pid 1"));

    assertThat(found.status()).isEqualTo(503);
    assertThat(found.code()).isEqualTo("held");
    assertThat(found.message()).contains("pid 1");
    assertThat(found.why()).isEqualTo(Rejection.FAILED);
    assertThat(found.comeAgain()).isTrue();
  }

  @Test
  void aFullDiskHasItsOwnStatus() {
    AppendFailure found = of(new IOException("x: No space left on device"));

    assertThat(found.status()).isEqualTo(507);
    assertThat(found.code()).isEqualTo("disk_full");
    assertThat(found.comeAgain()).isTrue();
  }

  @Test
  void whatTheDiskRefusesMayComeAgainAndOurOwnErrorMayNot() {
    AppendFailure refused = of(new IOException("the disk says no"));
    AppendFailure own = of(new IllegalStateException("a bug"));

    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.code()).isEqualTo("failed");
    assertThat(refused.comeAgain()).isTrue();
    assertThat(own.status()).isEqualTo(500);
    assertThat(own.why()).isEqualTo(Rejection.FAILED);
    assertThat(own.comeAgain()).isFalse();
  }
}
