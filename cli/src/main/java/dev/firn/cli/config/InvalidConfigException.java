package dev.firn.cli.config;

import dev.firn.cli.failure.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration with problems: all of them, in the order of the file. */
public final class InvalidConfigException extends UsageException {
  private final Path file;
  private final transient List<ConfigProblem> problems;

  public InvalidConfigException(Path file, List<ConfigProblem> problems) {
    super(message(file, problems));
    this.file = file;
    this.problems = List.copyOf(problems);
  }

  public Path file() {
    return file;
  }

  public List<ConfigProblem> problems() {
    return problems;
  }

  private static String message(Path file, List<ConfigProblem> problems) {
    if (problems.size() == 1) {
      return file + ": " + problems.get(0);
    }
    return file
        + ": "
        + problems.size()
        + " problems"
        + problems.stream().map(p -> "\n  " + p).collect(Collectors.joining());
  }
}
