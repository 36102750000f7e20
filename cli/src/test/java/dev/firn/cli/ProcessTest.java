package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands in processes of their own. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTest {
  @TempDir Path home;

  private Process start(String... args) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.firn.cli.Firn"));
    line.addAll(List.of("--root", home.resolve("cache").toString()));
    line.addAll(List.of(args));
    return new ProcessBuilder(line).redirectError(home.resolve("stderr").toFile()).start();
  }

  private String output(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return out;
  }

  private String rows() {
    return new CommandRun(home)
        .run("query", "rows", "logs", "--root", home.resolve("cache").toString())
        .out();
  }

  @Test
  void aRecordAcknowledgedInOneProcessIsInTheNextQueryOfAnother() throws Exception {
    for (int i = 1; i <= 2; i++) {
      Process append = start("append", "logs");
      try (OutputStream lines = append.getOutputStream()) {
        lines.write(("{\"n\":" + i + "}\n").getBytes(StandardCharsets.UTF_8));
      }
      assertThat(output(append)).startsWith("1 row in 1 exchange to logs/source=default in ");
      assertThat(append.exitValue()).isZero();

      Process rows = start("query", "rows", "logs", "--last", "1");
      assertThat(output(rows)).isEqualTo("{\"n\":" + i + "}\n");
      assertThat(rows.exitValue()).isZero();
      Process sql = start("query", "sql", "SELECT count(*), max(n) FROM logs", "--format", "csv");
      assertThat(output(sql)).endsWith("\r\n" + i + "," + i + "\r\n");
      assertThat(sql.exitValue()).isZero();
    }
  }

  @Test
  void ctrlCOnAPipeThatStaysOpenLandsWhatWasReadAndPrintsTheCount() throws Exception {
    for (String signal : List.of("TERM")) {
      String before = rows();
      Process append = start("append", "logs");
      OutputStream lines = append.getOutputStream();
      lines.write("{\"n\":1}\n{\"n\":2}\n{\"n\":3".getBytes(StandardCharsets.UTF_8));
      lines.flush();
      while (rows().length() < before.length() + 16) {
        Thread.onSpinWait();
      }

      signal(append, signal);

      assertThat(output(append)).startsWith("2 rows in ").endsWith("; interrupted\n");
      assertThat(append.exitValue()).isZero();
      assertThat(home.resolve("stderr")).isEmptyFile();
      assertThat(rows()).isEqualTo(before + "{\"n\":1}\n{\"n\":2}\n");
    }
  }

  @Test
  void ctrlCInTheMiddleOfAFileLandsWhatWasRead() throws Exception {
    Path file = home.resolve("in.jsonl");
    Files.writeString(file, "{\"n\":1,\"t\":\"some text\"}\n".repeat(2_000_000));
    Process append = start("append", "logs", "--batch", "100", file.toString());
    while (rows().isEmpty()) {
      Thread.onSpinWait();
    }

    signal(append, "TERM");

    String out = output(append);
    assertThat(append.exitValue()).as(out).isZero();
    assertThat(out).endsWith("; interrupted\n");
    long rows = rows().lines().count();
    assertThat(rows).isBetween(100L, 1_999_999L);
    assertThat(out).startsWith(String.format(Locale.ROOT, "%,d rows in ", rows));
  }

  @Test
  void ctrlCEndsFollowing() throws Exception {
    new CommandRun(home)
        .reading("{\"n\":1}")
        .run("append", "logs", "--root", home.resolve("cache").toString());
    Process follow = start("query", "rows", "logs", "--follow");
    assertThat(follow.getInputStream().readNBytes(8)).isEqualTo("{\"n\":1}\n".getBytes());

    signal(follow, "TERM");

    assertThat(output(follow)).isEmpty();
    assertThat(follow.exitValue()).isZero();
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }
}
