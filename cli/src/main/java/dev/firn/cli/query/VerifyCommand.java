package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.PartitionProgress;
import dev.firn.cli.session.Session;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.verify.CacheVerifier;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import dev.firn.maintenance.verify.VerifyReport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a cache and reports every violation. */
@Command(
    name = "verify",
    header = "Check everything and report every violation.",
    description = {
      "",
      "Reads cursors, metadata, manifests and the footers of all files, and compares them with each"
          + " other. Each violation comes with what was found, what was expected, what it means for"
          + " the rows and what to do. Changes nothing, takes no lock, stops at nothing."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class VerifyCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..*",
      description = "Only these; all if none is named.")
  List<String> datasets = List.of();

  @Option(
      names = "--full",
      description =
          "Decode every page of every live data file too: page checksums, counts, and the bounds by"
              + " which queries leave files out.")
  boolean full;

  public VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    MaintenanceConfig config = session.config().maintenance();
    List<String> asked = session.requireDatasets(datasets);
    boolean exists = session.rootExists();
    VerifyReport report =
        exists ? verify(config, asked) : new VerifyReport(full, List.of(), List.of(), 0, false);
    if (session.json()) {
      session.document(json -> VerifyJson.write(json, session.root().toString(), report));
    } else if (!exists) {
      session.print(session.nothingYet());
    } else {
      for (String line : new VerifyText(report).lines()) {
        session.print(line);
      }
    }
    return exitCode(report).code();
  }

  private VerifyReport verify(MaintenanceConfig config, List<String> asked) throws IOException {
    Environment environment = session.environment();
    PartitionProgress progress = new PartitionProgress(session.progress());
    try {
      return new CacheVerifier(session.disk(), session.cache(), config, environment.clock())
          .verify(asked, full, progress);
    } finally {
      progress.clear();
    }
  }

  /** What a report means to the shell. */
  static ExitCode exitCode(VerifyReport report) {
    ExitCode code = ExitCode.DONE;
    if (report.diskRefused()) {
      code = code.or(ExitCode.DISK);
    }
    if (report.count(State.UNREADABLE) > 0) {
      code = code.or(ExitCode.UNREADABLE);
    }
    if (report.count(Severity.DAMAGE) > 0) {
      code = code.or(ExitCode.INCOMPLETE);
    }
    return code;
  }
}
