package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * What commands say, in files that people can read. {@code mvn -pl cli -am test
 * -Dtest=TranscriptTest -Dsurefire.failIfNoSpecifiedTests=false -Dfirn.golden.update=true} writes
 * them anew; then look at what changed.
 */
class TranscriptTest {
  private static final Path TRANSCRIPTS =
      Path.of("src", "test", "resources", "dev", "firn", "cli", "transcripts");

  @TempDir Path home;

  static List<String> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(TRANSCRIPTS)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String read(String name) throws IOException {
    return Files.readString(TRANSCRIPTS.resolve(name), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void everyCommandAnswersAsItDidWhenSomebodyLooked(String name) throws IOException {
    String expected = read(name);
    String played = new Transcript(home.toRealPath()).played(expected);

    if (Boolean.getBoolean("firn.golden.update")) {
      Files.writeString(TRANSCRIPTS.resolve(name), played, StandardCharsets.UTF_8);
    } else {
      assertThat(played).isEqualTo(expected);
    }
  }

  @Command(name = "firn")
  private static final class Root {}

  @Test
  void theHelpOfEveryCommandIsAmongThem() throws IOException {
    Session session = new Session(new CommandRun(home).environment(), new GlobalOptions());
    String help = read("help.txt");

    assertThat(commands("firn", new Commands(session).all(new Root())))
        .allSatisfy(command -> assertThat(help).contains("$ " + command + " --help\n"));
  }

  private static Stream<String> commands(String name, CommandLine line) {
    Stream<String> below = Stream.empty();
    for (Map.Entry<String, CommandLine> command : line.getSubcommands().entrySet()) {
      below = Stream.concat(below, commands(name + " " + command.getKey(), command.getValue()));
    }
    return Stream.concat(Stream.of(name), below);
  }
}
