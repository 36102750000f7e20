package dev.firn.cli.daemon.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonLogTest {
  private static final Logger LOG = Logger.getLogger("dev.firn.cli.daemon.test");
  private static final int BYTES = 20_000;

  @TempDir Path root;

  private static DaemonFiles files(Path root) throws IOException {
    DaemonFiles files = DaemonFiles.of(new CacheDirectory(new LocalDisk(), root));
    files.create(new LocalDisk());
    return files;
  }

  private static void logging(DaemonFiles files, Runnable work) throws IOException {
    DaemonLog log = DaemonLog.open(files, BYTES, false);
    try {
      work.run();
    } finally {
      log.close();
    }
  }

  private static List<Path> logs(DaemonFiles files) throws IOException {
    try (Stream<Path> all = Files.list(files.directory())) {
      return all.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  @Test
  void filesAreReplacedInTurnAndTogetherNotLargerThanTheyMayBe() throws IOException {
    DaemonFiles files = files(root);
    String text = "x".repeat(100);
    for (int start = 0; start < 3; start++) { // a daemon that is started again goes on
      int first = start * 300;
      logging(
          files,
          () -> {
            for (int i = first; i < first + 300; i++) {
              LOG.log(Level.INFO, "line {0} {1}", new Object[] {i, text});
            }
          });
    }

    List<Path> logs = logs(files);
    assertThat(logs).hasSize(5);
    long bytes = 0;
    for (Path log : logs) {
      bytes += Files.size(log);
    }
    int oneLine = 200;
    assertThat(bytes).isBetween(BYTES / 2L, (long) BYTES + logs.size() * oneLine);
    assertThat(Files.readString(files.log())).contains("line 899 ");
    assertThat(Files.readString(logs.get(4))).doesNotContain("line 899 ");
  }

  @Test
  void aRootMayHaveThePatternsOwnSignsInItsName() throws IOException {
    DaemonFiles files = files(root.resolve("100%g %t %%"));
    logging(files, () -> LOG.info("here"));
    assertThat(Files.readString(files.log())).contains("INFO here");
  }

  @Test
  void aMessageOfSeveralLinesIsOneLine() throws IOException {
    DaemonFiles files = files(root);
    logging(files, () -> LOG.info("one\ntwo\r\n2026-01-01T00:00:00Z INFO three"));
    assertThat(Files.readString(files.log()).lines()).hasSize(1);
  }
}
