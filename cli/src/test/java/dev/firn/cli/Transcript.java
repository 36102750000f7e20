package dev.firn.cli;

import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commands and what they answer, as a person sees it.
 *
 * <pre>
 * # cache: source-table-fresh       the field cache that it begins with; none if nothing is said
 * # file: jobs.jsonl                a file in the home directory, of the lines that follow
 * # | {"id": 1}
 * # Any other remark.
 *
 * $ firn query status               a command: quotes hold words together, ~/ is the home directory
 * PARTITION ...                     its stdout
 * ! firn: ...                       its stderr
 * [3]                               its exit code, unless it is 0
 * </pre>
 *
 * <p>The clock stands still, so nothing takes any time; the root is {@code /cache}, the home
 * directory {@code ~}, and the digits of sizes are {@code #}, since they change with every encoder.
 * Everything else is what is printed.
 */
final class Transcript {
  private static final Pattern BYTES = Pattern.compile("[1-9][0-9.]*(?= [KM]?B\\b)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  private final Path home;
  private final CommandRun run;
  private Path root;
  private Path file;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param home an empty directory
   */
  Transcript(Path home) {
    this.home = home;
    this.root = home.resolve("cache");
    this.run = new CommandRun(home).maintaining();
  }

  /** The commands and remarks of a transcript, with what the commands answer now. */
  String played(String transcript) throws IOException {
    for (String line : transcript.split("\n")) {
      if (line.startsWith("# ")) {
        prepare(line.substring(2));
        lines.add(line);
      } else if (line.startsWith("$ ")) {
        lines.add("");
        lines.add(line);
        answer(run.with("FIRN_ROOT", root.toString()).run(words(line.substring(2))));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private void prepare(String remark) throws IOException {
    if (remark.startsWith("cache: ")) {
      root = FieldCaches.unpack(remark.substring("cache: ".length()), home);
    } else if (remark.startsWith("file: ")) {
      file = Files.createFile(home.resolve(remark.substring("file: ".length())));
    } else if (remark.startsWith("| ")) {
      Files.writeString(file, remark.substring(2) + "\n", java.nio.file.StandardOpenOption.APPEND);
    }
  }

  private void answer(Result result) {
    add("", result.out());
    add("! ", result.err());
    if (result.code() != 0) {
      lines.add("[" + result.code() + "]");
    }
  }

  private void add(String before, String text) {
    if (!text.isEmpty()) {
      text.replace(root.toString(), "/cache")
          .replace(home.toString(), "~")
          .lines()
          .map(line -> BYTES.matcher(line).replaceAll(m -> m.group().replaceAll("[0-9]", "#")))
          .forEach(line -> lines.add(before + line));
    }
  }

  private String real(String word) {
    return word.replaceFirst("^~", home.toString()).replaceFirst("^/cache", root.toString());
  }

  /** The arguments of a command line that begins with {@code firn}. */
  private String[] words(String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add(quoted == null ? real(matcher.group(3)) : quoted);
    }
    if (!words.remove(0).equals("firn")) {
      throw new IllegalArgumentException("no firn command: " + command);
    }
    return words.toArray(String[]::new);
  }
}
