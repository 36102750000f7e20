package dev.firn.core.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.Receipt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the project's README, compiled and run. */
class EmbeddingExampleTest {
  @TempDir Path directory;

  private void example(Path cacheDirectory, List<String> printed) throws Exception {
    // README: begin
    try (Cache cache = Cache.open(cacheDirectory)) {
      CacheWriter writer = cache.writer("messages", "claude");
      Receipt receipt = writer.append("[{\"id\": 1, \"text\": \"hello\"}, {\"id\": 2}]");
      printed.add(receipt.rows() + " rows are on the disk");
      cache.scan("messages", (partition, row) -> printed.add(partition + ": " + row));
    }
    // README: end
  }

  @Test
  void exampleOfTheReadmeRunsAndIsTheSameThere() throws Exception {
    List<String> printed = new ArrayList<>();
    example(directory.resolve("cache"), printed);

    assertThat(printed).hasSize(3);
    assertThat(printed.get(0)).isEqualTo("2 rows are on the disk");
    String source =
        Files.readString(Path.of("src/test/java/dev/firn/core/cache/EmbeddingExampleTest.java"));
    String example =
        source.substring(
            source.indexOf("// README: begin\n") + 17, source.indexOf("    // README: end\n"));
    assertThat(Files.readString(Path.of("../README.md")))
        .contains(example.indent(-4).indent(4).stripTrailing());
  }
}
