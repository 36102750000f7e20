package dev.firn.maintenance.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What happened in a process that may be killed, a line each, for the tally at the end. */
final class SoakEvents {
  private static final String SUFFIX = ".events";

  private final Path file;

  SoakEvents(Path directory, String process) {
    this.file = directory.resolve(process + SUFFIX);
  }

  void add(String event) throws IOException {
    Files.write(
        file,
        (event + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** How often each happened, in all processes. */
  static Map<String, Integer> tally(Path directory) throws IOException {
    Map<String, Integer> tally = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        Files.readAllLines(file).forEach(event -> tally.merge(event, 1, Integer::sum));
      }
    }
    return tally;
  }
}
