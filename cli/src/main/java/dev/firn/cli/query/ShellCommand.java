package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.InterruptedAnswerException;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Answers queries as they are typed. */
@Command(
    name = "shell",
    header = "Answer queries from stdin, one after the other.",
    description = {
      "",
      "Each ends with a semicolon at the end of a line and sees the cache as it is then. \"exit\" or"
          + " the end of the input leaves. A wrong query is reported and the next one read; then the"
          + " exit code is 2. Ctrl-C ends the query that runs."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class ShellCommand implements Callable<Integer> {
  private static final String PROMPT = "firn> ";
  private static final String MORE = "  ... ";

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
    StringBuilder query = new StringBuilder();
    prompt(PROMPT);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (query.toString().isBlank() && line.strip().matches("(?i)(exit|quit);?")) {
        return code.code();
      }
      query.append(line).append('\n');
      if (line.stripTrailing().endsWith(";")) {
        code = code.or(answer(run, query.toString()));
        query.setLength(0);
      }
      prompt(query.toString().isBlank() ? PROMPT : MORE);
    }
    return (query.toString().isBlank() ? code : code.or(answer(run, query.toString()))).code();
  }

  private ExitCode answer(SqlRun run, String query) throws IOException {
    try {
      ExitCode code = ExitCode.of(run.toOut(query.stripTrailing()));
      session.out().flush();
      return code;
    } catch (UsageException e) {
      session.out().flush();
      session.note(String.valueOf(e.getMessage()));
      return ExitCode.USAGE;
    } catch (InterruptedAnswerException e) {
      session.out().flush();
      session.note(String.valueOf(e.getMessage()));
      return ExitCode.INCOMPLETE;
    }
  }

  private void prompt(String text) {
    if (session.environment().interactive()) {
      session.err().print(text);
      session.err().flush();
    }
  }
}
