package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A held exchange of 28 MB, which as trees would be some 60 MB, is read in a heap of 40 MB. */
class HeldMemoryTest {
  private static final int ROWS = 14_000;

  @TempDir Path home;

  @BeforeEach
  void aLargeExchangeIsHeld() throws IOException {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    assertThat(run.reading("{\"id\":-1}").run("append", "jobs").code()).isZero();
    Files.write(home.resolve("cache/datasets/jobs/source=default/cursor.json"), new byte[0]);
    Path held =
        Files.createDirectories(home.resolve("cache/held/datasets/jobs/source=default"))
            .resolve("0001750000000000-00000000-0000-4000-8000-000000000000.json");
    try (BufferedWriter file = Files.newBufferedWriter(held)) {
      file.write("{\"id\":\"x\",\"partition\":\"datasets/jobs/source=default\",\"rows\":[");
      for (int i = 0; i < ROWS; i++) {
        file.write((i == 0 ? "" : ",") + "{\"id\":" + i + ",\"text\":\"");
        file.write(("some text of row " + i + " ").repeat(90) + "\"}");
      }
      file.write("]}");
    }
    assertThat(Files.size(held)).isGreaterThan(26_000_000);
  }

  private String answer(String... arguments) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx40m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.firn.cli.Firn"));
    line.addAll(List.of("--root", home.resolve("cache").toString()));
    line.addAll(List.of(arguments));
    Path out = home.resolve("stdout");
    Path err = home.resolve("stderr");
    Process process =
        new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(3);
    return Files.readString(out);
  }

  @Test
  void sqlAndRowsReadWhatIsHeldSomeRowsAtATime() throws Exception {
    assertThat(
            answer(
                "query",
                "sql",
                "SELECT count(*) AS n, sum(id) AS s, max(length(text)) AS t FROM jobs",
                "--format",
                "jsonl"))
        .isEqualTo("{\"n\":%d,\"s\":%d,\"t\":2070}\n".formatted(ROWS, ROWS * (ROWS - 1L) / 2));
    assertThat(answer("query", "rows", "jobs", "--columns", "id", "--last", "1"))
        .isEqualTo("{\"id\":13999}\n");
  }
}
