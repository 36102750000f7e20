package dev.firn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
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
      assertThat(result.err()).contains("127.0.0.1:" + daemon.port());
    }
  }
}
