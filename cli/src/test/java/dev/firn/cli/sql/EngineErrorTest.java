package dev.firn.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of an error of the engine that names a file of the cache. */
class EngineErrorTest {
  @TempDir Path home;

  private IOException translated(String reason) throws IOException {
    Path file = home.resolve("table/data/1.parquet");
    DatasetView view =
        new DatasetView(
            "jobs", List.of(new Source(Map.of(), new Schema(), List.of(file), Map.of())));
    SQLException error = new SQLException("IO Error: Cannot open file \"" + file + "\": " + reason);
    return SqlEngine.translated(new LocalDisk(), error, List.of(view));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Permission denied", "Too many open files"})
  void aFileThatMayNotBeOpenedIsNoDamage(String reason) throws IOException {
    assertThat(translated(reason))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("1.parquet")
        .hasMessageEndingWith(reason);
  }

  @Test
  void aFileThatIsNotThereIsDamageIfItsGenerationIs() throws IOException {
    assertThat(translated("No such file or directory")).isInstanceOf(GenerationRemoved.class);
    Files.createDirectories(home.resolve("table/data"));
    assertThat(translated("No such file or directory")).isInstanceOf(Corrupt.class);
  }
}
