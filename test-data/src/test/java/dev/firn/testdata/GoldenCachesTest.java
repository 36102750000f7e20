package dev.firn.testdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenCachesTest {
  @TempDir Path directory;

  @Test
  void everyGoldenCacheIsThereWithItsRows() throws Exception {
    assertThat(GoldenCaches.names()).isNotEmpty();
    for (String name : GoldenCaches.names()) {
      Path root = GoldenCaches.unpack(name, directory);
      assertThat(root.resolve("datasets/jobs/source=a/cursor.json")).isNotEmptyFile();
      assertThat(root.resolve("datasets/jobs/source=a/table/.retired")).isNotEmptyFile();
      assertThat(root.resolve("held/datasets/doubt/source=c")).isNotEmptyDirectory();
      assertThat(RowMeaning.parse(GoldenCaches.rowLines(name)).keySet())
          .containsExactly(
              "datasets/doubt/source=c", "datasets/jobs/source=a", "datasets/logs/source=b");
    }
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GoldenCaches.unpack("v0", directory))
        .withMessageContaining("\"v0\"; there are v1");
    assertThatIllegalArgumentException().isThrownBy(() -> GoldenCaches.rowLines("../v1"));
  }
}
