package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.maintenance.verify.Verifies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check takes no lock, and what writers and passes do meanwhile is no damage. */
@VerifiedAtTheEnd
class VerifyBesideWritersTest {
  private static final int CHECKS = Boolean.getBoolean("firn.soak") ? 40 : 15;

  @TempDir Path directory;

  @Test
  void appendsPublishesAndSwapsWhileItRunsAreNoTrouble() throws Exception {
    Path root = directory.resolve("cache");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("first", 2));
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Integer> swaps = new ArrayList<>();
    Thread writer =
        new Thread(
            () -> {
              try (Cache cache = Appends.open(root)) {
                for (int i = 0; !stop.get(); i++) {
                  Appends.writer(cache).append(Appends.exchange("e" + i, 2));
                  if (i % 3 == 0) {
                    cache.publish();
                  }
                  if (i % 7 == 0) {
                    new Passes(new LocalDisk(), root).forced();
                    swaps.add(i);
                  }
                }
              } catch (Exception | Error e) {
                failure.set(e);
              }
            });
    writer.start();
    List<String> trouble = new ArrayList<>();
    for (int i = 0; i < CHECKS; i++) {
      trouble.addAll(Verifies.trouble(Verifies.full(new LocalDisk(), root)));
    }
    stop.set(true);
    writer.join(60_000);

    assertThat(failure.get()).isNull();
    assertThat(swaps).isNotEmpty();
    assertThat(trouble).isEmpty();
  }
}
