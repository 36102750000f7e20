package dev.firn.cli.query;

import dev.firn.cli.config.Config;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.PartitionProgress;
import dev.firn.cli.session.Session;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one maintenance pass and reports it. */
@Command(
    name = "maintain",
    header = "Compact what is due and remove what is superseded.",
    description = {
      "",
      "One pass over the datasets named, or over all. A partition that somebody else maintains is"
          + " skipped and its owner named; one that is in doubt is not touched. Interrupting a pass"
          + " loses nothing: what it had begun is removed by a later one."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class MaintainCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..*",
      description = "Only these; all if none is named.")
  List<String> datasets = List.of();

  @Option(names = "--dry-run", description = "Say what would be done and change nothing.")
  boolean dryRun;

  @Option(
      names = "--force",
      description = "Rewrite whatever a rewrite would improve, due or not. Loosens no safety rule.")
  boolean force;

  @ArgGroup @Nullable Only only;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Start no further partition after this long (500ms, 30s, 5m, 2h, 1d); one is always"
              + " finished. Without it there is no limit.")
  @Nullable Duration budget;

  @Option(
      names = "--wait",
      description = "Wait for partitions that somebody else maintains instead of skipping them.")
  boolean waitForOthers;

  @Option(
      names = "--no-grace",
      description =
          "Remove superseded generations at once, whoever may be reading them. Asks first.")
  boolean noGrace;

  @Option(names = "--yes", description = "Answer yes to what would be asked.")
  boolean yes;

  /** At most one of these. */
  static final class Only {
    @Option(names = "--compact-only", description = "Merge small files; drop and remove nothing.")
    boolean compact;

    @Option(names = "--retain-only", description = "Drop what retention no longer keeps.")
    boolean retain;

    @Option(
        names = "--expire-only",
        description = "Drop snapshots that are older than they may be, and no row.")
    boolean expire;

    @Option(names = "--sweep-only", description = "Rewrite nothing.")
    boolean sweep;
  }

  public MaintainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Config config = session.config();
    List<String> asked = session.requireDatasets(datasets);
    if (noGrace && !dryRun && !yes) {
      confirm();
    }
    PassReport report = session.rootExists() ? run(config, asked) : nothing();
    if (session.json()) {
      session.document(json -> PassReportJson.write(json, report));
    } else {
      if (!session.rootExists()) {
        session.print(session.nothingYet());
      }
      for (String line : new PassReportText(report, session.verbose()).lines()) {
        session.print(line);
      }
    }
    return exitCode(report).code();
  }

  private PassReport run(Config config, List<String> asked) throws IOException {
    Environment environment = session.environment();
    PassOptions options =
        new PassOptions(
            asked, dryRun, force, steps(), Optional.ofNullable(budget), waitForOthers, noGrace);
    PartitionProgress progress = new PartitionProgress(session.progress());
    try {
      return environment
          .maintenance()
          .run(
              environment.disk(),
              session.cache(),
              config.maintenance(),
              environment.clock(),
              "query maintain",
              options,
              progress);
    } finally {
      progress.clear();
    }
  }

  private PassReport nothing() {
    return new PassReport(dryRun, 0, List.of(), List.of(), List.of(), 0, false);
  }

  private Steps steps() {
    if (only == null) {
      return Steps.ALL;
    }
    if (only.compact) {
      return Steps.COMPACT_ONLY;
    }
    if (only.retain) {
      return Steps.RETAIN_ONLY;
    }
    return only.expire ? Steps.EXPIRE_ONLY : Steps.SWEEP_ONLY;
  }

  private void confirm() throws IOException {
    if (!session.environment().interactive()) {
      throw new UsageException(
          "--no-grace removes generations that somebody may still be reading, and there is no"
              + " terminal to ask on: add --yes if that is meant");
    }
    session
        .err()
        .print(
            "Remove superseded generations at once, though somebody may be reading them? [y/N] ");
    session.err().flush();
    String answer =
        new BufferedReader(
                new InputStreamReader(session.environment().in(), StandardCharsets.UTF_8))
            .readLine();
    String given = answer == null ? "" : answer.strip().toLowerCase(Locale.ROOT);
    if (!given.equals("y") && !given.equals("yes")) {
      throw new UsageException("not confirmed; nothing was done");
    }
  }

  /** What a report means to the shell. */
  static ExitCode exitCode(PassReport report) {
    ExitCode code = ExitCode.DONE;
    if (report.diskRefused()) {
      code = code.or(ExitCode.DISK);
    }
    if (report.count(Outcome.UNREADABLE) > 0) {
      code = code.or(ExitCode.UNREADABLE);
    }
    if (report.count(Outcome.FAILED) > 0
        || !report.damaged().isEmpty()
        || report.retention().stream().anyMatch(r -> r.error().isPresent())) {
      code = code.or(ExitCode.INCOMPLETE);
    }
    boolean allHeld =
        !report.partitions().isEmpty() && report.count(Outcome.HELD) == report.partitions().size();
    return allHeld ? code.or(ExitCode.HELD) : code;
  }
}
