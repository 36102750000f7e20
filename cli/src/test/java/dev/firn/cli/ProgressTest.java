package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.Progress;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What long commands show on a terminal while they run, and where they do not. */
class ProgressTest {
  private static final String ERASED = "\r\u001b[K";

  @TempDir Path home;
  private Path root;
  private Path file;

  @BeforeEach
  void unpack() throws IOException {
    root = FieldCaches.unpack("source-table-fresh", home);
    file = Files.writeString(home.resolve("rows.jsonl"), "{\"a\":1}\n{\"a\":2}\n");
  }

  private Result run(CommandRun command, String line) {
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    if (line.startsWith("append")) {
      arguments.add(file.toString());
    } else if (line.startsWith("backup")) {
      arguments.add("--to=" + home.resolve("copy"));
    }
    return command
        .maintaining()
        .with("FIRN_ROOT", root.toString())
        .run(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"append logs", "query maintain --force", "query verify --full", "backup"})
  void longCommandsShowProgressAndEraseIt(String line) {
    Result result = run(new CommandRun(home).onTerminal(), line);

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).startsWith(ERASED).endsWith(ERASED).hasSizeGreaterThan(10);
    assertThat(result.out()).isNotEmpty().doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--quiet", "-q", "--json", "-v"})
  void whoeverWantsNoneGetsNone(String option) {
    assertThat(run(new CommandRun(home).onTerminal(), "query verify " + option).err())
        .doesNotContain("\u001b");
  }

  @Test
  void whatIsNoTerminalGetsNone() {
    for (String line : new String[] {"append logs", "query maintain", "query verify", "backup"}) {
      assertThat(run(new CommandRun(home), line).err()).as(line).isEmpty();
    }
  }

  @Test
  void complaintsStandOnLinesOfTheirOwn() throws IOException {
    Files.writeString(file, "{\"a\":1}\nno json\n");

    String err = run(new CommandRun(home).onTerminal(), "append logs --batch 1").err();

    assertThat(Stream.of(err.split("\n")).filter(line -> line.contains("no json")).toList())
        .allMatch(line -> line.contains(ERASED + "firn: "));
    assertThat(err).contains(ERASED + "firn: " + file + ", line 2: ");
  }

  @Test
  void resultsAreWrittenAfterItIsErased() throws IOException {
    CommandRun command = new CommandRun(home).onTerminal();
    Session session = new Session(command.environment(), new GlobalOptions());

    session.progress().begin(Progress.Unit.ROWS, "logs");
    assertThat(command.err()).isEqualTo(ERASED + "logs");
    session.print("a result");
    session.out().flush();
    assertThat(command.err()).isEqualTo(ERASED + "logs" + ERASED);
  }
}
