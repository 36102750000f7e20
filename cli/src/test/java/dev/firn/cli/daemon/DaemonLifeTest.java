package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonLifeTest {
  @TempDir Path home;

  private Path files() {
    return home.resolve(".firn/cache/maintenance/daemon");
  }

  @Test
  void itAnswersUntilItIsStoppedAndLeavesNothingButItsLogAndItsLock() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(daemon.json("/healthz").path("status").asText()).isEqualTo("ok");
      assertThat(daemon.json("/healthz").path("pid").asLong())
          .isEqualTo(ProcessHandle.current().pid());
      assertThat(daemon.json("/readyz").path("ready").asBoolean()).isTrue();
      assertThat(new ObjectMapper().readTree(files().resolve("daemon.json").toFile()))
          .hasToString(
              "{\"pid\":"
                  + ProcessHandle.current().pid()
                  + ",\"address\":\""
                  + daemon.address()
                  + "\",\"since\":\""
                  + daemon.json("/v1/status").path("daemon").path("since").asText()
                  + "\"}");

      assertThat(daemon.stop().code()).isZero();
    }
    try (var left = Files.list(files())) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", "daemon.0.log");
    }
    assertThat(Files.readString(files().resolve("daemon.0.log")))
        .contains("listening on http://127.0.0.1:", "all that was taken has landed");
  }

  @Test
  void aSecondOneOnTheSameRootIsRefusedWithThePidOfTheFirst() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      Result second = new CommandRun(home).run("daemon", "run");

      assertThat(second.code()).isEqualTo(4);
      assertThat(second.err())
          .contains("pid " + ProcessHandle.current().pid())
          .contains(daemon.address());
      assertThat(daemon.json("/healthz").path("status").asText()).isEqualTo("ok");
    }
  }

  @Test
  void whatADeadOneLeftDoesNotBlockTheNext() throws Exception {
    Files.createDirectories(files());
    Files.createFile(files().resolve(".lock"));
    Files.writeString(files().resolve("daemon.json"), "{\"pid\": 1, \"address\": \"http://x\"");

    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(daemon.json("/healthz").path("status").asText()).isEqualTo("ok");
    }
  }

  @Test
  void whatWasTakenIsPublishedWhenItEnds() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home)) {
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(200);
    }

    assertThat(
            new CommandRun(home)
                .maintaining()
                .run("query", "status", "--json")
                .json()
                .path("totals")
                .path("unpublished")
                .asLong())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"listen\": \"0.0.0.0:0\"', can be reached from other machines",
    "'\"token_file\": \"/nowhere/token\"', /nowhere/token is no file",
    "'\"listen\": \"127.0.0.1:70000\"', '127.0.0.1:4790'",
    "'\"buffer_bytes\": 1', 'a whole number from'",
    "'\"max_connection\": 1', 'max_connections'"
  })
  void aConfigurationThatCannotBeIsRefusedWithWhatIsWrong(String daemon, String message)
      throws Exception {
    RunningDaemon.configure(home, daemon, "");

    Result result = new CommandRun(home).run("daemon", "run");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(message);
    assertThat(files()).doesNotExist();
  }

  @Test
  void anAddressThatSomebodyElseHasIsNamed() throws Exception {
    try (RunningDaemon daemon = RunningDaemon.start(home.resolve("one"))) {
      RunningDaemon.configure(
          home.resolve("two"), "\"listen\": \"127.0.0.1:" + daemon.port() + "\"", "");

      Result result = new CommandRun(home.resolve("two")).run("daemon", "run");

      assertThat(result.code()).isEqualTo(5);
      assertThat(result.err())
          .contains(
              "firn: daemon.listen: 127.0.0.1:" + daemon.port() + " cannot be had: Address",
              "name another address")
          .doesNotContain("disk");
    }
  }

  /** A disk on which a compaction stands still at its first output, until it fails. */
  private static Disk standingStill(CountDownLatch began, CountDownLatch gone) {
    LocalDisk local = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("create")
                  && arguments[0].toString().contains("/.building-")
                  && arguments[0].toString().endsWith(".parquet")) {
                began.countDown();
                gone.await();
                throw new IOException("the process has ended");
              }
              try {
                return method.invoke(local, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void itEndsInTimeInTheMiddleOfACompactionWhichTheNextOneDoesAnew() throws Exception {
    String often = "\"maintenance\": {\"compact_file_count\": 2, \"interval_minutes\": 0}";
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    Disk disk = standingStill(began, gone);
    try (RunningDaemon daemon = RunningDaemon.start(home, "", often, run -> run.on(disk))) {
      for (int i = 0; i < 8; i++) {
        assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(200);
      }
      assertThat(daemon.send(daemon.to("/v1/maintain").POST(BodyPublishers.noBody())).statusCode())
          .isEqualTo(202);
      began.await();
      assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(200);
      long asked = System.nanoTime();

      assertThat(daemon.stop().code()).isZero();

      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - asked)).isLessThan(10);
    }
    assertThat(Files.readString(files().resolve("daemon.0.log"))).contains("a pass was abandoned");
    gone.countDown(); // the end of the process ends its threads
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("firn-maintenance")) {
        thread.join();
      }
    }
    CommandRun firn = new CommandRun(home).maintaining();
    assertThat(
            firn.run("query", "maintain", "--json").json().path("totals").path("compacted").asInt())
        .isOne();
    assertThat(firn.run("query", "rows", "logs").lines()).hasSize(9);
  }
}
