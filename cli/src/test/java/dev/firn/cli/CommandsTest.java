package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandsTest {
  @TempDir Path home;

  @Command(name = "firn")
  private static final class Root {}

  private Commands commands() {
    return new Commands(new Session(new CommandRun(home).environment(), new GlobalOptions()));
  }

  private static List<String> names(CommandLine line) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, CommandLine> command : line.getSubcommands().entrySet()) {
      assertThat(command.getValue().getCommandName()).isEqualTo(command.getKey());
      names.add(command.getKey());
      names(command.getValue()).forEach(name -> names.add(command.getKey() + " " + name));
    }
    return names;
  }

  private List<String> reached(String arguments) {
    return names(commands().reachedBy(new Root(), arguments.split(" ")));
  }

  @Test
  void everyCommandIsReachedByItsNameWithTheUsageThatItHasAmongAll() {
    CommandLine all = commands().all(new Root());
    assertThat(names(all)).hasSizeGreaterThan(15);
    for (String name : names(all)) {
      if (name.startsWith("completion")) {
        continue;
      }
      String[] words = name.split(" ");
      CommandLine expected = all;
      CommandLine found = commands().reachedBy(new Root(), words);
      for (String word : words) {
        expected = expected.getSubcommands().get(word);
        found = found.getSubcommands().get(word);
      }
      assertThat(found.getUsageMessage()).as(name).isEqualTo(expected.getUsageMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "query status, query;query status",
    "--root status query -v maintain status, query;query maintain",
    "--config=x config show, config;config show",
    "append status, append",
    "--help, append;query;export;backup;daemon;config;completion"
  })
  void onlyWhatIsCalledIsLookedAt(String arguments, String expected) {
    assertThat(reached(arguments)).containsExactly(expected.split(";"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "queri status",
        "query stauts",
        "-- query",
        "--source s append",
        "completion bash",
        "-v"
      })
  void whatIsNotKnownIsParsedWithAllCommands(String arguments) {
    assertThat(reached(arguments)).isEqualTo(names(commands().all(new Root())));
  }

  @Test
  void helpOfAGroupListsAllInIt() {
    assertThat(reached("query --help"))
        .contains("query maintain", "query repair")
        .doesNotContain("config");
  }
}
