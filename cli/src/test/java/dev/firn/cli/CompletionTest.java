package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionTest {
  @TempDir Path home;

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    Result result = new CommandRun(home).run("completion", "bash");
    assertThat(result.code()).as(result.err()).isZero();
    Path script = Files.writeString(home.resolve("completion"), result.out());

    assertThat(complete(script, "firn query ma")).contains("maintain");
    assertThat(complete(script, "firn append --k")).contains("--key");
    assertThat(complete(script, "firn query verify --f")).contains("--full");
  }

  @Test
  void zshLoadsItsCompletionFirst() {
    Result result = new CommandRun(home).run("completion", "zsh");
    assertThat(result.lines().get(0)).startsWith("autoload -Uz compinit");
  }

  @Test
  void inJsonTheScriptIsAMember() {
    Result result = new CommandRun(home).run("--json", "completion", "bash");
    assertThat(result.json().path("shell").asText()).isEqualTo("bash");
    assertThat(result.json().path("script").asText() + "\n")
        .isEqualTo(new CommandRun(home).run("completion", "bash").out());
  }

  @Test
  void anotherShellIsWrongUsage() {
    Result result = new CommandRun(home).run("completion", "fish");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("fish", "bash, zsh");
  }

  /** What bash offers at the end of a line. */
  private static String complete(Path script, String line) throws Exception {
    String[] words = line.split(" ");
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source '"
                    + script
                    + "'; COMP_LINE='"
                    + line
                    + "'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=("
                    + line
                    + "); COMP_CWORD="
                    + (words.length - 1)
                    + "; _complete_firn; printf '%s\\n' \"${COMPREPLY[@]}\"")
            .redirectErrorStream(true)
            .start();
    String offered = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return offered;
  }
}
