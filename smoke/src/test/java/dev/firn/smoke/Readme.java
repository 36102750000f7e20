package dev.firn.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The transcripts that the README shows. */
final class Readme {
  private static final Path README = Path.of("..", "README.md");
  private static final String INDENT = "    ";
  private static final Pattern BYTES = Pattern.compile("[0-9.]+ (B|KB|MB)\\b|[0-9,]+ bytes");
  private static final Pattern TIME =
      Pattern.compile("[0-9.]+ (ms|s|min|h)\\b|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z");
  private static final Pattern RATE = Pattern.compile(" \\([0-9,]+ rows/s\\)");
  private static final Pattern PROCESS = Pattern.compile("pid [0-9]+|127\\.0\\.0\\.1:[0-9]+");

  private Readme() {}

  /** A command, and the lines that follow it. */
  record Shown(String command, List<String> output) {}

  /** The commands of a section, with what they print. */
  static List<Shown> section(String title) throws IOException {
    List<String> lines = Files.readAllLines(README);
    int start = lines.indexOf("## " + title) + 1;
    assertThat(start).as(title).isPositive();
    List<Shown> all = new ArrayList<>();
    boolean open = false;
    for (String line : lines.subList(start, lines.size())) {
      if (line.startsWith("## ")) {
        break;
      }
      if (line.startsWith(INDENT + "$ ")) {
        open = true;
        all.add(new Shown(line.substring(INDENT.length() + 2), new ArrayList<>()));
      } else if (!line.startsWith(INDENT) && !line.isEmpty()) {
        open = false;
      } else if (open) {
        all.get(all.size() - 1).output().add(line.strip());
      }
    }
    return all;
  }

  /** Without sizes, times and other numbers that differ from run to run. */
  static List<String> masked(Stream<String> lines) {
    return lines
        .map(line -> BYTES.matcher(line).replaceAll("BYTES"))
        .map(line -> TIME.matcher(line).replaceAll("TIME"))
        .map(line -> RATE.matcher(line).replaceAll(""))
        .map(line -> PROCESS.matcher(line).replaceAll("PROCESS"))
        .map(line -> line.strip().replaceAll(" +", " "))
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
