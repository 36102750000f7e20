package dev.firn.cli.query;

import dev.firn.cli.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers one query. */
@Command(
    name = "sql",
    header = "Answer a query in SQL; it changes nothing.",
    description = {
      "",
      "Every dataset is a table, partition keys are columns, variants are JSON. The SQL is DuckDB's:"
          + " one SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN. The answer shows"
          + " each partition as it was at one instant when the query began, with what was appended a"
          + " moment before.",
      "A partition that cannot be read is named on stderr and left out, and the exit code is 3."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class SqlCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "QUERY", description = "For example \"SELECT count(*) FROM jobs\".")
  String query = "";

  @Mixin SqlOptions options = new SqlOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the answer to a file; it appears when it is whole.")
  @Nullable Path output;

  public SqlCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    options.requireUsage();
    Path file = output;
    return file == null
        ? new SqlRun(session, options).toOut(query)
        : new SqlRun(session, options).toFile(query, file);
  }
}
