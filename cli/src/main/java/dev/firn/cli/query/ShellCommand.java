package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.Failure;
import dev.firn.cli.failure.OutputClosedException;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Answers queries as they are typed. */
@Command(
    name = "shell",
    header = "Answer queries from stdin, one after the other.",
    description = {
      "",
      "Each ends with a semicolon and sees the cache as it is then. What goes wrong is reported and"
          + " the next one read; the exit code is that of the worst, 2 for a wrong query. Ctrl-C ends"
          + " the query that runs, \"exit\" or the end of the input the shell; \"help\" says what else"
          + " there is."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class ShellCommand implements Callable<Integer> {
  private static final String PROMPT = "firn> ";
  private static final String MORE = "  ... ";
  private static final String QUOTED = "  '.. ";
  private static final Pattern EXIT =
      Pattern.compile("(?i)(exit|quit|\\.exit|\\.quit|\\.q|\\\\q)\\s*;?");
  private static final Pattern COMMAND = Pattern.compile("(?i)(\\.[a-z]|\\\\|help\\s*;?$)");
  private static final String HELP =
      """
      A query ends with a semicolon and may take several lines: SELECT count(*) FROM jobs;
      .tables        the datasets, as SHOW TABLES; does
      .schema NAME   the columns of one, as DESCRIBE "NAME"; does
      .help          this text; also help, \\?
      .exit          leaves; also .quit, exit, quit, \\q and the end of the input
      """;

  private final Session session;

  @Mixin SqlOptions options = new SqlOptions();

  public ShellCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    options.requireUsage();
    if (session.json()) {
      throw new UsageException("the shell gives one answer a query: use --format jsonl");
    }
    SqlRun run = new SqlRun(session, options);
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(session.environment().in(), StandardCharsets.UTF_8));
    ExitCode code = ExitCode.DONE;
    TypedQueries typed = new TypedQueries();
    prompt(PROMPT);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String word = typed.isBetween() ? line.strip() : "";
      if (EXIT.matcher(word).matches()) {
        return code.code();
      }
      if (COMMAND.matcher(word).lookingAt()) {
        code = code.or(command(run, word));
      } else {
        for (String query : typed.add(line)) {
          code = code.or(answer(run, query));
        }
      }
      prompt(typed.isBetween() ? PROMPT : typed.isQuoted() ? QUOTED : MORE);
    }
    String rest = typed.rest();
    return (rest.isEmpty() ? code : code.or(answer(run, rest))).code();
  }

  /** What begins with a dot, or with a backslash as elsewhere. */
  private ExitCode command(SqlRun run, String line) throws IOException {
    String[] words = line.replaceAll(";$", "").strip().split("\\s+", 2);
    String argument = words.length < 2 ? "" : words[1];
    switch (words[0].toLowerCase(Locale.ROOT)) {
      case ".tables", "\\d", "\\dt", ".schema" -> {
        return answer(
            run,
            argument.isEmpty()
                ? "SHOW TABLES"
                : "DESCRIBE \"" + argument.replaceAll("^\"|\"$", "").replace("\"", "\"\"") + '"');
      }
      case ".help", "help", "\\?", "\\h" -> {
        session.err().print(HELP);
        session.err().flush();
        return ExitCode.DONE;
      }
      default -> {
        session.note("\"" + words[0] + "\" is no command of the shell; .help says which there are");
        return ExitCode.USAGE;
      }
    }
  }

  /** Whatever goes wrong, the next query may be answered; not if nobody reads the answers. */
  private ExitCode answer(SqlRun run, String query) throws IOException {
    try {
      ExitCode code = ExitCode.of(run.toOut(query.stripTrailing()));
      session.out().flush();
      return code;
    } catch (OutputClosedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      session.out().flush();
      Failure failure = Failure.of(e);
      session.note(failure.message());
      return failure.exitCode();
    }
  }

  private void prompt(String text) {
    if (session.environment().interactive()) {
      session.err().print(text);
      session.err().flush();
    }
  }
}
