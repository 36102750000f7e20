package dev.firn.smoke;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packaged {@code firn} command, run as a process of its own. */
final class FirnCommand {
  private final Path executable;

  /**
   * What a run of the command left behind.
   *
   * @param out lines of standard output
   */
  record Result(int exitCode, List<String> out, String err) {
    Result {
      out = List.copyOf(out);
    }
  }

  FirnCommand(Path executable) {
    this.executable = executable;
  }

  /**
   * The command to use: {@code $FIRN}, else the distribution beside the one that this runs from, in
   * a checkout that was packaged.
   *
   * @throws IllegalStateException with the places that were looked at
   */
  static FirnCommand find(Map<String, String> environment) {
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

  /** Runs the command to its end. */
  Result run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(executable.toString()));
    command.addAll(List.of(arguments));
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
