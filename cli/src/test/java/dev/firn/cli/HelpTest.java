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

  @Test
  void helpIsWhatSomebodyLookedAtWhenItChanged() {
    Result result = new CommandRun(home).run("--help");

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .isEqualTo(
            """
            Keeps, tends and reads columnar caches.

            Usage: firn [-hqvV] [--json] [--config=FILE] [--root=DIR] COMMAND

            Options, before or after the command:
                  --root=DIR      The cache's directory; else $FIRN_ROOT, else ~/.firn/cache.
                  --config=FILE   The configuration; else $FIRN_CONFIG, else DIR/firn.json if it is there.
                  --json          One JSON document on stdout and nothing else there.
              -v, --verbose       Say more on stderr.
              -q, --quiet         Show no progress on stderr.
              -h, --help          Show this text.
              -V, --version       Show the version.

            Commands:
              append      Append rows: lines of JSON from stdin or files.
              query       Tend and read a cache: maintain, status, overview, sql, rows, verify, repair.
              export      Copy live rows into Parquet, JSON lines or CSV.
              backup      Make a consistent copy of the cache, and verify it.
              daemon      The long-running service: takes records over HTTP and maintains.
              config      The configuration: init, show, validate.
              completion  Print what lets a shell complete firn's commands and options.

            Exit codes; where several apply: 2, 5, 3, 1, 4:
              0   done
              1   finished, but a partition failed, a line was left out, or damage was found; internal errors
              2   wrong usage or configuration: nothing was done
              3   a partition asked for is unreadable or unsupported and was not touched; others were
              4   every partition asked for is held by somebody else
              5   the disk refused: full, no permission, an I/O error

            "firn COMMAND --help" says more about a command.
            """);
  }

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
}
