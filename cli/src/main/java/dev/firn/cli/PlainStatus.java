package dev.firn.cli;

import dev.firn.cli.query.StatusCommand;
import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a {@code firn query status} in which nothing is left to picocli, which takes
 * longer to look at the command than the command to run: the words, a dataset, and {@code --root},
 * {@code --config} and {@code --json} at most once each. Anything else, right or wrong, is for
 * picocli. A test holds the two equal.
 */
record PlainStatus(GlobalOptions options, @Nullable String dataset) {
  private static final String[] WORDS = {"query", "status"};

  /** Empty if the arguments are of another form. */
  static Optional<PlainStatus> find(String[] arguments) {
    return new Scan(arguments).result();
  }

  StatusCommand command(Session session) {
    return new StatusCommand(session, dataset);
  }

  private static final class Scan {
    private final String[] arguments;
    private @Nullable Path root;
    private @Nullable Path config;
    private @Nullable String dataset;
    private boolean json;
    private int words;
    private int next;

    Scan(String[] arguments) {
      this.arguments = arguments;
    }

    Optional<PlainStatus> result() {
      boolean plain = true;
      while (plain && next < arguments.length) {
        plain = take(arguments[next++]);
      }
      return plain && words == WORDS.length
          ? Optional.of(new PlainStatus(GlobalOptions.of(root, config, json), dataset))
          : Optional.empty();
    }

    private boolean take(String argument) {
      if (argument.equals("--json")) {
        boolean first = !json;
        json = true;
        return first;
      }
      if (argument.startsWith("--root")) {
        Path path = root == null ? path(argument, "--root") : null;
        root = path;
        return path != null;
      }
      if (argument.startsWith("--config")) {
        Path path = config == null ? path(argument, "--config") : null;
        config = path;
        return path != null;
      }
      if (!isWord(argument)) {
        return false;
      }
      if (words < WORDS.length) {
        return argument.equals(WORDS[words++]);
      }
      boolean first = dataset == null;
      dataset = argument;
      return first;
    }

    /** The value of an option, in the same argument or the next one; null if it is not plain. */
    private @Nullable Path path(String argument, String option) {
      String value = "";
      if (argument.startsWith(option + "=")) {
        value = argument.substring(option.length() + 1);
      } else if (argument.equals(option) && next < arguments.length) {
        value = arguments[next++];
      }
      try {
        return isWord(value) ? Path.of(value) : null;
      } catch (InvalidPathException e) {
        return null;
      }
    }

    /** True for what has no meaning of its own to picocli, which options, files and quotes have. */
    private static boolean isWord(String text) {
      return !text.isEmpty() && "-@\"'".indexOf(text.charAt(0)) < 0;
    }
  }
}
