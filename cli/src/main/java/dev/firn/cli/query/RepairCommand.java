package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.repair.CacheRepair;
import dev.firn.maintenance.repair.MendReport.Kind;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairOptions;
import dev.firn.maintenance.repair.RepairReport;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what can be mended, and mends it. */
@Command(
    name = "repair",
    header = "Say what can be mended, and mend it with --apply.",
    description = {
      "",
      "Mends what follows from what is on the disk: a cursor that is missing, damaged or too old, a"
          + " lost version hint, torn newest metadata, landed files that are not published, held"
          + " exchanges. A data file that cannot be read is put into quarantine, and its rows are"
          + " withheld and named. What cannot be proved is named, with what there is to choose from. Without"
          + " --apply nothing is written. With it, what is replaced is copied to maintenance/repair"
          + " first, each partition is checked before and after, and put back where it is worse."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class RepairCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..*",
      description = "Only these; all if none is named.")
  List<String> datasets = List.of();

  @Option(names = "--apply", description = "Mend. Without it: say what would be done.")
  boolean apply;

  @Option(
      names = "--partition",
      paramLabel = "KEY=VALUE[/...]",
      description = "Only partitions of the dataset with these values.")
  @Nullable String partition;

  @Option(
      names = "--generation",
      paramLabel = "NAME",
      description =
          "Take this generation of one partition for the live one, where that cannot be proved."
              + " What contradicts it is moved to maintenance/repair, never removed.")
  @Nullable String generation;

  @Option(
      names = "--full",
      description = "Decode every page of every live data file to find out which are damaged.")
  boolean full;

  @Option(
      names = "--accept-loss",
      description =
          "Go on without data files that are not there any more; the loss is named from then on.")
  boolean acceptLoss;

  public RepairCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    MaintenanceConfig config = session.config().maintenance();
    List<String> asked = session.requireDatasets(datasets);
    Optional<GenerationName> chosen = chosen();
    boolean exists = session.rootExists();
    List<Partition> partitions = exists ? partitions(asked) : List.of();
    if (chosen.isPresent() && partitions.size() != 1) {
      throw new UsageException(
          "--generation is for one partition, and "
              + partitions.size()
              + " are asked for: name it with DATASET and --partition");
    }
    Environment environment = session.environment();
    RepairReport report =
        new CacheRepair(
                session.disk(), session.cache(), config, environment.clock(), "query repair")
            .run(partitions, new RepairOptions(apply, chosen, full, true, acceptLoss));
    if (session.json()) {
      session.document(json -> RepairJson.write(json, session.root().toString(), report));
    } else if (!exists) {
      session.print(session.nothingYet());
    } else {
      for (String line : new RepairText(report).lines()) {
        session.print(line);
      }
    }
    return exitCode(report).code();
  }

  private Optional<GenerationName> chosen() {
    if (generation == null) {
      return Optional.empty();
    }
    Optional<GenerationName> name = GenerationName.parse(generation);
    if (name.isEmpty()) {
      throw new UsageException(
          "--generation \""
              + generation
              + "\": expected the name of a generation, like table, table-7 or epoch=2");
    }
    return name;
  }

  private List<Partition> partitions(List<String> asked) throws IOException {
    if (partition != null) {
      if (asked.size() != 1) {
        throw new UsageException("--partition needs one DATASET");
      }
      return PartitionFilter.find(session, asked.get(0), partition);
    }
    if (asked.isEmpty()) {
      return session.cache().partitions();
    }
    List<Partition> partitions = new ArrayList<>();
    for (String dataset : asked) {
      partitions.addAll(session.cache().partitions(dataset));
    }
    return partitions;
  }

  /** What a report means to the shell. */
  static ExitCode exitCode(RepairReport report) {
    ExitCode code = ExitCode.DONE;
    if (report.diskRefused()) {
      code = code.or(ExitCode.DISK);
    }
    if (report.unreadable() > 0 && !allHeld(report)) {
      code = code.or(ExitCode.UNREADABLE);
    }
    // Landed files that are not published yet are a cache at work.
    boolean toMend =
        report.partitions().stream()
            .flatMap(partition -> partition.mends().stream())
            .anyMatch(mend -> mend.status() == Status.WOULD && mend.kind() != Kind.APPENDS);
    if (toMend
        || report.damage() > 0
        || report.count(Outcome.LEFT) > 0
        || report.count(Outcome.UNDONE) > 0
        || report.count(Outcome.FAILED) > 0) {
      code = code.or(allHeld(report) ? ExitCode.HELD : ExitCode.INCOMPLETE);
    }
    return allHeld(report) ? code.or(ExitCode.HELD) : code;
  }

  private static boolean allHeld(RepairReport report) {
    return !report.partitions().isEmpty()
        && report.count(Outcome.HELD) == report.partitions().size();
  }
}
