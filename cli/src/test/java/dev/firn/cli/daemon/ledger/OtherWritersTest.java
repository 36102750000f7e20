package dev.firn.cli.daemon.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
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
}
