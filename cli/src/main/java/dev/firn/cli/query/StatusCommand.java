package dev.firn.cli.query;

import dev.firn.cli.config.Config;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says how a cache is. */
@Command(
    name = "status",
    header = "Say how a cache is, what needs attention first.",
    description = {
      "",
      "Per partition: layout, live generation, rows, files, bytes, snapshots, bytes that wait for"
          + " removal, the last run and the next. Changes nothing."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class StatusCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", arity = "0..1", description = "Only this one.")
  @Nullable String dataset;

  public StatusCommand(Session session) {
    this(session, null);
  }

  /**
   * @param dataset only this one; null for all
   */
  public StatusCommand(Session session, @Nullable String dataset) {
    this.session = session;
    this.dataset = dataset;
  }

  @Override
  public Integer call() throws IOException {
    Config config = session.config();
    List<String> asked = session.requireDatasets(dataset == null ? List.of() : List.of(dataset));
    Environment environment = session.environment();
    boolean exists = session.rootExists();
    CacheStatus status =
        exists
            ? environment
                .maintenance()
                .status(
                    environment.disk(),
                    session.cache(),
                    config.maintenance(),
                    environment.clock(),
                    asked)
            : CacheStatus.empty();
    if (session.json()) {
      session.document(json -> StatusJson.write(json, session.root().toString(), status));
    } else if (!exists) {
      session.print(session.nothingYet());
    } else {
      StatusText text =
          new StatusText(status, session.root().toString(), environment.clock().instant());
      for (String line : text.lines()) {
        session.print(line);
      }
    }
    return exitCode(status).code();
  }

  /** What a status means to the shell. */
  static ExitCode exitCode(CacheStatus status) {
    return status.partitions().stream().anyMatch(p -> p.state() == State.UNREADABLE)
        ? ExitCode.UNREADABLE
        : ExitCode.DONE;
  }
}
