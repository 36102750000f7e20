package dev.firn.cli.daemon.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DiskGuardTest {
  private long freeBytes = 2000;
  private boolean broken;
  private long nanos;
  private final DiskGuard guard = new DiskGuard(disk(), Path.of("/cache"), () -> 1000, () -> nanos);

  private Disk disk() {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("usableBytes");
              if (broken) {
                throw new IOException("no such device");
              }
              return freeBytes;
            });
  }

  private void later(long seconds) {
    nanos += TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void appendsGoOnWhileAPassTriesAndAreRefusedWhenItWasInVain() {
    assertThat(guard.problem(true)).isEmpty();
    assertThat(guard.passNeeded()).isEmpty();

    freeBytes = 900;
    later(2);
    assertThat(guard.passNeeded()).contains("the disk is low, 900 B free");
    assertThat(guard.problem(true)).isEmpty();

    guard.passEnded();
    assertThat(guard.problem(true).orElseThrow())
        .contains("/cache", "900 B free", "min_free_bytes is 1.0 KB", "after a pass");
    assertThat(guard.passNeeded()).isEmpty();
    later(301);
    assertThat(guard.passNeeded()).isPresent();

    freeBytes = 1000;
    later(2);
    assertThat(guard.problem(true)).isEmpty();
    assertThat(guard.passNeeded()).isEmpty();
  }

  @Test
  void nothingIsTakenBelowAQuarterNorWhereNoPassComes() {
    freeBytes = 249;
    assertThat(guard.problem(true)).isPresent();
    freeBytes = 250;
    later(2);
    assertThat(guard.problem(true)).isEmpty();
    assertThat(guard.problem(false)).isPresent();
  }

  @Test
  void aDiskThatCannotBeAskedTakesNothing() {
    broken = true;
    assertThat(guard.problem(true).orElseThrow()).contains("no such device");
  }
}
