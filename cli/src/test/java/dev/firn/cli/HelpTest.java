package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
  @TempDir Path home;

  /** With one option more, the text is made from the commands. */
  @Test
  void helpThatIsKeptIsWhatTheCommandsSay() {
    String made = new CommandRun(home).run("--help", "--verbose").out();

    assertThat(FixedHelp.TEXT).isEqualTo(made);
    assertThat(new CommandRun(home).run("--help").out()).isEqualTo(made);
    assertThat(new CommandRun(home).run("-h").out()).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "append",
        "backup",
        "query",
        "query maintain",
        "query status",
        "query overview",
        "query sql",
        "query shell",
        "query tables",
        "export",
        "query explain",
        "query rows",
        "query schema",
        "query verify",
        "query repair",
        "query restore",
        "query purge",
        "query drop",
        "config",
        "config init",
        "config show",
        "config validate",
        "completion"
      })
  void everyCommandExplainsItself(String command) {
    Result result = new CommandRun(home).run((command + " --help").split(" "));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("Usage: firn " + command, "--root=DIR");
  }

  @Test
  void versionIsOneLine() {
    Result result = new CommandRun(home).run("--version");

    assertThat(result.code()).isZero();
    assertThat(result.lines()).singleElement().asString().startsWith("firn ");
  }

  @Test
  void theVersionNamesTheCommitItWasBuiltFrom() {
    assertThat(Version.line("0.1.0", "1f2e3d4c5b6a\n"))
        .isEqualTo("firn 0.1.0 (commit 1f2e3d4c5b6a)");
    assertThat(Version.line("0.1.0", "")).isEqualTo("firn 0.1.0");
    assertThat(Version.line("", "")).isEqualTo("firn (not packaged)");
  }
}
