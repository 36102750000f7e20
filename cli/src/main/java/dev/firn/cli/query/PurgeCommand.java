package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.core.condition.Condition;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.purge.CachePurge;
import dev.firn.maintenance.purge.PurgeOptions;
import dev.firn.maintenance.purge.PurgeReport;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes rows for good. */
@Command(
    name = "purge",
    header = "Remove rows that match a condition for good, and prove it.",
    description = {
      "",
      "Counts the rows for which CONDITION is true, and says where else they lie. --apply removes"
          + " them from the live generation by a swap, and with them, at once, the superseded"
          + " generations and the litter that could still hold them: whoever reads those is told that"
          + " they have gone. Rows that are held or not yet published go as well. Then every file of"
          + " the partitions is read again, and what was found is said. A row for which CONDITION is"
          + " NULL stays. Files that have a further hard link somewhere, a backup, are named, and"
          + " spools of other programs, which are not looked at."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class PurgeCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", description = "The dataset.")
  String dataset = "";

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      required = true,
      description = "Which rows, for example \"client = 'x' AND ts < '2026-01-01'\".")
  String where = "";

  @Option(
      names = "--partition",
      paramLabel = "KEY=VALUE[/...]",
      description = "Only partitions with these values.")
  @Nullable String partition;

  @Option(names = "--apply", description = "Remove them. Without it: count.")
  boolean apply;

  @Option(
      names = "--copies",
      description =
          "Remove files in quarantine, and copies that repairs made, also where they hold other"
              + " rows besides or cannot be read.")
  boolean copies;

  @Option(
      names = "--archives",
      description = "Take the rows out of archives, too; without it archives are named.")
  boolean archives;

  public PurgeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    MaintenanceConfig config = session.config().maintenance();
    Condition condition = Condition.parse(where);
    List<Partition> partitions = PartitionFilter.find(session, dataset, partition);
    Environment environment = session.environment();
    PurgeReport report =
        new CachePurge(session.disk(), session.cache(), config, environment.clock(), "query purge")
            .run(dataset, partitions, condition, new PurgeOptions(apply, copies, archives));
    if (session.json()) {
      session.document(json -> PurgeJson.write(json, session.cache(), report));
    } else {
      for (String line : new PurgeText(session.cache(), report).lines()) {
        session.print(line);
      }
    }
    return exitCode(report).code();
  }

  /** What a report means to the shell. */
  static ExitCode exitCode(PurgeReport report) {
    ExitCode code = ExitCode.DONE;
    if (report.partitions().stream().anyMatch(PurgedPartition::diskRefused)) {
      code = code.or(ExitCode.DISK);
    }
    if (report.count(Outcome.UNREADABLE) > 0) {
      code = code.or(ExitCode.UNREADABLE);
    }
    if (report.count(Outcome.FAILED) > 0 || report.count(Outcome.LEFT) > 0) {
      code = code.or(ExitCode.INCOMPLETE);
    }
    long held = report.count(Outcome.HELD);
    if (held > 0) {
      boolean all = held == report.partitions().size();
      code = code.or(all ? ExitCode.HELD : ExitCode.INCOMPLETE);
    }
    return code;
  }
}
