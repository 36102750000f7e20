package dev.firn.cli.daemon.ledger;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.RecordingDisk;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherWritersTest {
  @TempDir Path root;

  private Cache cache() {
    return Cache.open(
        new LocalDisk(),
        root,
        InstantSource.system(),
        new AppendOptions(Map.of(), SnapshotPolicy.defaults(), Duration.ZERO, "a test"));
  }

  @Test
  void filesOfOthersSinceTheStartAreCountedAndOwnOnesAreNot() throws Exception {
    OtherWriters others =
        new OtherWriters(new LocalDisk(), new CacheDirectory(new LocalDisk(), root));
    try (Cache mine = cache();
        Cache foreign = cache()) {
      CacheWriter own = mine.writer("logs", "a");
      CacheWriter other = foreign.writer("logs", "a");
      other.append("{\"n\":1}");
      others.look();
      assertThat(others.files()).isEmpty();

      other.append("{\"n\":2}");
      String where = own.append("{\"n\":3}").where();
      foreign.writer("logs", "new").append("{\"n\":4}");
      others.look();
      others.landed(where);
      assertThat(others.files())
          .isEqualTo(Map.of("datasets/logs/source=a", 1L, "datasets/logs/source=new", 1L));

      other.append("{\"n\":5}");
      others.look();
      others.look();
      assertThat(others.files())
          .isEqualTo(Map.of("datasets/logs/source=a", 2L, "datasets/logs/source=new", 1L));
    }
  }

  @Test
  void ownNamesAreForgottenHoweverManyWritersThereWereAndStillNotCounted() throws Exception {
    OtherWriters others =
        new OtherWriters(new LocalDisk(), new CacheDirectory(new LocalDisk(), root));
    others.look();
    int most = 0;
    for (int i = 0; i < 12; i++) {
      try (Cache mine = cache()) { // a writer of its own, as where many partitions take turns
        others.landed(mine.writer("logs", "a").append("{\"n\":1}").where());
      }
      if (i % 3 == 2) {
        others.look();
      }
      most = Math.max(most, others.remembered());
    }
    others.look();
    others.look();

    assertThat(others.files()).isEmpty();
    assertThat(most).isLessThanOrEqualTo(6);
    assertThat(others.remembered()).isZero();
  }

  @Test
  void whoHasLandedSomethingWaitsForNoLook() throws Exception {
    String where;
    try (Cache mine = cache()) {
      where = mine.writer("logs", "a").append("{\"n\":1}").where();
    }
    RecordingDisk disk = new RecordingDisk();
    OtherWriters others = new OtherWriters(disk, new CacheDirectory(disk, root));
    boolean[] landed = {false};
    disk.failWith(
        call -> {
          if (call.path().endsWith("data")) {
            CompletableFuture.runAsync(() -> others.landed(where)).orTimeout(20, SECONDS).join();
            landed[0] = true;
          }
        });

    others.look();

    assertThat(landed[0]).isTrue();
  }

  @Test
  void whatCameToAPartitionThatCouldNotBeLookedAtIsNotCounted() throws Exception {
    RecordingDisk disk = new RecordingDisk();
    OtherWriters others = new OtherWriters(disk, new CacheDirectory(disk, root));
    try (Cache foreign = cache()) {
      foreign.writer("logs", "a").append("{\"n\":1}");
      others.look();
      foreign.writer("logs", "a").append("{\"n\":2}");
      disk.failWith(
          call -> {
            if (call.path().endsWith("source=a/table/data")) {
              throw new AccessDeniedException(call.path().toString());
            }
          });
      foreign.writer("logs", "b").append("{\"n\":3}");

      assertThatThrownBy(others::look).isInstanceOf(AccessDeniedException.class);

      disk.failWith(call -> {});
      others.look();
      foreign.writer("logs", "a").append("{\"n\":4}");
      others.look();
      assertThat(others.files())
          .isEqualTo(Map.of("datasets/logs/source=a", 1L, "datasets/logs/source=b", 1L));
    }
  }
}
