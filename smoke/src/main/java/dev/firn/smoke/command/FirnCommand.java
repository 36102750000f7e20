package dev.firn.smoke.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packaged {@code firn} command, run as a process of its own. */
public final class FirnCommand {
  private final Path executable;

  /**
   * What a run of the command left behind.
   *
   * @param out lines of standard output
   */
  public record Result(int exitCode, List<String> out, String err) {
    public Result {
      out = List.copyOf(out);
    }
  }

  public FirnCommand(Path executable) {
    this.executable = executable;
  }

  /**
   * The command to use: {@code $FIRN}, else the distribution beside the one that this runs from, in
   * a checkout that was packaged.
   *
   * @throws IllegalStateException with the places that were looked at
   */
  public static FirnCommand find(Map<String, String> environment) {
    List<Path> places = new ArrayList<>();
    if (environment.containsKey("FIRN")) {
      places.add(Path.of(environment.get("FIRN")));
    }
    if (environment.containsKey("FIRN_SMOKE_HOME")) {
      Path home = Path.of(environment.get("FIRN_SMOKE_HOME")).toAbsolutePath().normalize();
      places.add(home.resolve("../../../cli/target/firn/bin/firn").normalize());
      places.add(home.resolve("../firn/bin/firn").normalize());
    }
    return places.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(FirnCommand::new)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no firn command at "
                        + places
                        + "; build it with mvn package, or name it in $FIRN"));
  }

  public Path executable() {
    return executable;
  }

  /** Runs the command to its end. */
  public Result run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(executable.toString()));
    command.addAll(List.of(arguments));
    return result(command);
  }

  /**
   * Runs any command to its end.
   *
   * @return what it printed
   * @throws IOException with what it said, unless it ended with 0
   */
  public static List<String> run(List<String> command) throws IOException {
    Result result = result(command);
    if (result.exitCode() != 0) {
      throw new IOException(
          String.join(" ", command) + " ended with " + result.exitCode() + ": " + result.err());
    }
    return result.out();
  }

  private static Result result(List<String> command) throws IOException {
    Path err = Files.createTempFile("firn", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
      process.getOutputStream().close();
      List<String> out =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      return new Result(process.waitFor(), out, Files.readString(err));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while firn was running", e);
    } finally {
      Files.delete(err);
    }
  }
}
