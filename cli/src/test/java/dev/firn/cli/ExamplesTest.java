package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ExamplesTest {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TempDir Path home;

  @Command(name = "firn")
  private static final class Root {
    @Mixin GlobalOptions options = new GlobalOptions();
  }

  private CommandLine commands() {
    Session session = new Session(new CommandRun(home).environment(), new GlobalOptions());
    return new Commands(session).all(new Root());
  }

  private static List<CommandLine> leaves(CommandLine line) {
    List<CommandLine> leaves = new ArrayList<>();
    if (line.getSubcommands().isEmpty()) {
      leaves.add(line);
    }
    line.getSubcommands().values().forEach(below -> leaves.addAll(leaves(below)));
    return leaves;
  }

  /** What firn is given in a line of a shell. */
  private static String[] arguments(String example) {
    String command = example.substring(example.indexOf("firn ") + 5).split(" [#<>] ?", 2)[0];
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    return words.toArray(String[]::new);
  }

  @Test
  void everyExampleIsUnderstoodByTheCommandThatItStandsBelow() {
    for (CommandLine leaf : leaves(commands())) {
      String name = leaf.getCommandSpec().qualifiedName();
      for (String example : Examples.of(name)) {
        assertThat(example).contains(name);
        CommandLine all = commands();
        CommandLine.ParseResult parsed = all.parseArgs(arguments(example));
        while (parsed.hasSubcommand()) {
          parsed = parsed.subcommand();
        }
        assertThat(parsed.commandSpec().qualifiedName()).as(example).isEqualTo(name);
      }
    }
  }

  @Test
  void everyCommandThatTakesSomethingHasAnExample() {
    assertThat(leaves(commands()).stream().map(leaf -> leaf.getCommandSpec().qualifiedName()))
        .filteredOn(name -> Examples.of(name).isEmpty())
        .containsExactly("firn daemon run", "firn daemon stop", "firn daemon status");
  }

  @Test
  void noLineOfAHelpIsWiderThanHundredColumns() {
    for (CommandLine leaf : leaves(commands())) {
      String[] words = (leaf.getCommandSpec().qualifiedName() + " --help").substring(5).split(" ");
      assertThat(new CommandRun(home).run(words).lines())
          .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }
  }
}
