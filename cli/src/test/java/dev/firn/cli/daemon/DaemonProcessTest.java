package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonProcessTest {
  @TempDir Path home;
  private final HttpClient client = HttpClient.newHttpClient();

  private CommandRun firn() {
    return new CommandRun(home).maintaining();
  }

  private Process run() throws Exception {
    RunningDaemon.configure(home, "", "");
    List<String> command = new ArrayList<>();
    if (isHangUpIgnored()) {
      command.addAll(List.of("env", "--default-signal=HUP"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.firn.cli.Firn",
            "--root",
            home.resolve(".firn/cache").toString(),
            "daemon",
            "run"));
    return new ProcessBuilder(command).redirectError(home.resolve("stderr").toFile()).start();
  }

  /** As nohup leaves it to all below it; Java then does not take the signal either. */
  private static boolean isHangUpIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
  }

  private static String address(Process process) throws Exception {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    assertThat(line).startsWith("Listening on http://");
    return line.substring("Listening on ".length());
  }

  private int append(String address, String source, String row) throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(address + "/v1/datasets/logs/append?source=" + source))
                .POST(BodyPublishers.ofString(row))
                .build(),
            BodyHandlers.ofString());
    return response.statusCode();
  }

  @Test
  void startedInTheBackgroundItLivesUntilItIsStopped() throws Exception {
    RunningDaemon.configure(home, "", "");

    Result start = firn().run("--json", "daemon", "start");

    assertThat(start.code()).as(start.err()).isZero();
    String address = start.json().path("address").asText();
    assertThat(address).startsWith("http://127.0.0.1:");
    assertThat(append(address, "a", "{\"n\":1}")).isEqualTo(200);
    Result again = firn().run("daemon", "start");
    assertThat(again.code()).isEqualTo(4);
    assertThat(again.err()).contains(address);
    assertThat(firn().run("daemon", "status").code()).isZero();

    Result stop = firn().run("--json", "daemon", "stop");

    assertThat(stop.code()).as(stop.err()).isZero();
    assertThat(stop.json().path("stopped").asBoolean()).isTrue();
    assertThat(stop.json().path("pid")).isEqualTo(start.json().path("pid"));
    assertThat(firn().run("daemon", "stop").out()).startsWith("No daemon runs on ");
    assertThat(firn().run("--json", "daemon", "stop").json().toString())
        .isEqualTo("{\"stopped\":false,\"pid\":null}");
    assertThat(firn().run("query", "rows", "logs").lines()).containsExactly("{\"n\":1}");
  }

  @Test
  void aStartThatFailsSaysWhy() throws Exception {
    try (RunningDaemon other = RunningDaemon.start(home.resolve("other"))) {
      RunningDaemon.configure(home, "\"listen\": \"127.0.0.1:" + other.port() + "\"", "");

      Result start = firn().run("daemon", "start");

      assertThat(start.code()).isEqualTo(5);
      assertThat(start.err()).contains("127.0.0.1:" + other.port());
    }
  }

  @Test
  void sigtermWhileEightWritersAppendLosesNothingThatWasAcknowledged() throws Exception {
    endWhileEightAppend("TERM");
    assertThat(home.resolve("stderr")).isEmptyFile();
    assertThat(Files.readString(home.resolve(".firn/cache/maintenance/daemon/daemon.0.log")))
        .contains("all that was taken has landed");
  }

  @Test
  void sigkillWhileEightWritersAppendLosesNothingThatWasAcknowledged() throws Exception {
    endWhileEightAppend("KILL");

    Process next = run();
    assertThat(append(address(next), "a", "{\"id\":\"after\"}")).isEqualTo(200);
    next.destroy();
    assertThat(next.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(next.exitValue()).isZero();
  }

  private void endWhileEightAppend(String signal) throws Exception {
    Process daemon = run();
    String address = address(daemon);
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 8; w++) {
      String source = "w" + w % 3;
      String writer = "w" + w;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; ; i++) {
                  String id = writer + "-" + i;
                  try {
                    if (append(address, source, "{\"id\":\"" + id + "\"}\n") != 200) {
                      return;
                    }
                  } catch (Exception e) {
                    return;
                  }
                  acknowledged.add(id);
                }
              });
      thread.start();
      writers.add(thread);
    }
    while (acknowledged.size() < 300) {
      Thread.onSpinWait();
    }
    long began = System.nanoTime();
    new ProcessBuilder("kill", "-" + signal, String.valueOf(daemon.pid())).start().waitFor();
    assertThat(daemon.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)).isLessThan(10);
    if (signal.equals("TERM")) {
      assertThat(daemon.exitValue()).isZero();
    }
    for (Thread writer : writers) {
      writer.join();
    }
    List<String> rows = firn().run("query", "rows", "logs").lines();
    assertThat(rows).doesNotHaveDuplicates();
    assertThat(rows)
        .containsAll(acknowledged.stream().map(id -> "{\"id\":\"" + id + "\"}").toList());
  }

  @Test
  void aHangUpReadsTheConfigurationAnew() throws Exception {
    Process daemon = run();
    String address = address(daemon);
    RunningDaemon.configure(home, "\"source_rows_per_second\": 1", "");
    new ProcessBuilder("kill", "-HUP", String.valueOf(daemon.pid())).start().waitFor();
    int status = 200;
    for (int i = 0; i < 1_000 && status == 200; i++) { // unasked it looks once a minute
      status = append(address, "a", "{\"n\":1}\n".repeat(50));
    }
    assertThat(status).isEqualTo(429);
    daemon.destroy();
    assertThat(daemon.waitFor(120, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theUnitIsPrintedAndWrittenOnlyWhenThatIsMeant() {
    Result printed = firn().run("daemon", "install");
    assertThat(printed.code()).isZero();
    assertThat(printed.out())
        .contains("[Service]", "--root " + home.resolve(".firn/cache") + " daemon run");
    Path unit = home.resolve(".config/systemd/user/firn.service");
    assertThat(firn().run("--json", "daemon", "install").json().path("unit").asText())
        .isEqualTo(printed.out().substring(0, printed.out().length() - 1));
    assertThat(unit).doesNotExist();

    Result applied = firn().run("daemon", "install", "--apply");
    assertThat(applied.code()).isZero();
    assertThat(unit).hasContent(printed.out().strip());
    assertThat(applied.out()).contains("systemctl --user daemon-reload");
    assertThat(firn().run("--json", "daemon", "install", "--apply").json().path("file").asText())
        .isEqualTo(unit.toString());
  }
}
