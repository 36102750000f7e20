package dev.firn.cli;

import dev.firn.cli.text.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What was mistyped or is missing on a command line, with what was probably meant. */
final class Mistake {
  private static final String NO_COMMAND = "Missing required subcommand";

  private final ParameterException error;
  private final CommandLine command;
  private final String name;

  Mistake(ParameterException error) {
    this.error = error;
    this.command = error.getCommandLine();
    this.name = command.getCommandSpec().qualifiedName();
  }

  /** One sentence. */
  String message() {
    String said = String.valueOf(error.getMessage());
    if (said.equals(NO_COMMAND)) {
      return "expected a command after \"" + name + "\"";
    }
    if (error instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      return unmatched(unmatched);
    }
    if (error instanceof MutuallyExclusiveArgsException) {
      return said.replaceFirst("^Error: ", "");
    }
    if (error.getCause() instanceof TypeConversionException || said.contains("' is not a")) {
      return said.replaceFirst("' is not an? (int|long)$", "' is no whole number");
    }
    return said;
  }

  /** What to read next. */
  List<String> advice() {
    List<String> lines = new ArrayList<>();
    if (NO_COMMAND.equals(error.getMessage())) {
      lines.add("");
      lines.addAll(command.getHelp().commandList().lines().toList());
      lines.add("");
    }
    lines.add("See \"" + name + " --help\".");
    return lines;
  }

  private String unmatched(UnmatchedArgumentException unmatched) {
    String word = unmatched.getUnmatched().get(0);
    if (unmatched.isUnknownOption()) {
      String option = word.split("=", 2)[0];
      return "unknown option "
          + option
          + Nearest.hint(option, command.getCommandSpec().optionsMap().keySet());
    }
    if (command.getSubcommands().isEmpty()) {
      return "\"" + word + "\" is one argument too many for \"" + name + "\"";
    }
    return "\"" + word + "\" is no command of \"" + name + "\"" + meant(word);
  }

  /** A command of that name elsewhere, else one of a name like it here, else elsewhere. */
  private String meant(String word) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    List<String> all = new ArrayList<>();
    collect(root, root.getCommandName(), all);
    List<String> same = all.stream().filter(path -> lastWord(path).equals(word)).toList();
    if (same.isEmpty()) {
      String near =
          Nearest.to(word, command.getSubcommands().keySet())
              .or(() -> Nearest.to(word, all.stream().map(Mistake::lastWord).toList()))
              .orElse("");
      boolean here = command.getSubcommands().containsKey(near);
      same =
          here
              ? List.of(name + " " + near)
              : all.stream().filter(path -> lastWord(path).equals(near)).toList();
    }
    return same.isEmpty()
        ? ""
        : same.stream()
            .map(path -> "\"" + path + "\"")
            .collect(Collectors.joining(" or ", "; did you mean ", "?"));
  }

  private static void collect(CommandLine line, String path, List<String> all) {
    for (Map.Entry<String, CommandLine> below : line.getSubcommands().entrySet()) {
      String at = path + " " + below.getKey();
      all.add(at);
      collect(below.getValue(), at, all);
    }
  }

  private static String lastWord(String path) {
    return path.substring(path.lastIndexOf(' ') + 1);
  }
}
