package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.Counted;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.restore.PartitionRestore;
import dev.firn.maintenance.restore.RestoreReport;
import dev.firn.maintenance.restore.RestoreReport.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a partition back to what its last swap replaced. */
@Command(
    name = "restore",
    header = "Go back to the parent of the live generation, while its grace lasts.",
    description = {
      "",
      "Undoes the last swap of a partition: what it dropped is live again, and what was appended"
          + " since stays. It is a swap itself: a new generation links the files of the parent and"
          + " those added since. Says what it would do; --apply does it. Refused, with the reason,"
          + " where the parent has been removed or has changed, and where something other than an"
          + " append was done to the live generation since. Rows that retention dropped are dropped"
          + " again by the next pass, unless the configuration says otherwise by then. What a purge"
          + " removed never comes back."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class RestoreCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", description = "The dataset.")
  String dataset = "";

  @Option(
      names = "--partition",
      paramLabel = "KEY=VALUE[/...]",
      description = "The partition; needed if the dataset has more than one.")
  @Nullable String partition;

  @Option(names = "--apply", description = "Do it. Without it: say what would be done.")
  boolean apply;

  public RestoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    MaintenanceConfig config = session.config().maintenance();
    List<Partition> partitions = PartitionFilter.find(session, dataset, partition);
    if (partitions.size() != 1) {
      throw new UsageException(
          "dataset "
              + dataset
              + " has "
              + Counted.of(partitions.size(), "partition")
              + (partition == null ? "" : " with " + partition)
              + ", and one is restored at a time: name it with --partition");
    }
    Environment environment = session.environment();
    RestoreReport report =
        new PartitionRestore(
                session.disk(), session.cache(), config, environment.clock(), "query restore")
            .run(partitions.get(0), apply);
    if (session.json()) {
      session.document(json -> write(json, report));
    } else {
      print(report);
    }
    return exitCode(report).code();
  }

  private static ExitCode exitCode(RestoreReport report) {
    return switch (report.outcome()) {
      case PROPOSED, RESTORED -> ExitCode.DONE;
      case REFUSED -> ExitCode.INCOMPLETE;
      case UNREADABLE -> ExitCode.UNREADABLE;
      case HELD -> ExitCode.HELD;
      case FAILED -> report.diskRefused() ? ExitCode.DISK : ExitCode.INCOMPLETE;
    };
  }

  private void print(RestoreReport report) throws IOException {
    String path = report.partition().path();
    if (report.outcome() != Outcome.PROPOSED && report.outcome() != Outcome.RESTORED) {
      session.print(path + ": " + report.outcome().text() + ": " + report.reason());
      return;
    }
    boolean done = report.outcome() == Outcome.RESTORED;
    session.print(
        path
            + ": "
            + (done ? "went back from " : "would go back from ")
            + report.generationBefore().orElse("?")
            + " to "
            + report.parent().orElse("?")
            + report.parentRetired().map(at -> ", superseded " + at).orElse("")
            + report.generationAfter().map(name -> ", as " + name).orElse(""));
    session.print("  rows of " + report.parent().orElse("?") + ": " + rows(report.rowsBack()));
    session.print("  appended since, kept: " + rows(report.rowsKept()));
    session.print(
        "  rows: "
            + rows(report.rowsBefore())
            + " before, "
            + rows(report.rowsAfter())
            + " after, in "
            + Counted.of(report.filesLinked(), "file"));
    session.print(done ? report.reason() + "." : "Nothing was changed; --apply does it.");
  }

  private static String rows(long count) {
    return Counted.number(count);
  }

  private static void write(JsonGenerator json, RestoreReport report) throws IOException {
    json.writeStringField("dataset", report.partition().dataset());
    PassReportJson.writeKeys(json, report.partition());
    json.writeStringField("path", report.partition().path());
    json.writeStringField("outcome", report.outcome().text());
    json.writeStringField("reason", report.reason());
    json.writeStringField("generationBefore", report.generationBefore().orElse(null));
    json.writeStringField("parent", report.parent().orElse(null));
    json.writeStringField(
        "parentRetired", report.parentRetired().map(Object::toString).orElse(null));
    json.writeStringField("generationAfter", report.generationAfter().orElse(null));
    json.writeNumberField("rowsBefore", report.rowsBefore());
    json.writeNumberField("rowsBack", report.rowsBack());
    json.writeNumberField("rowsKept", report.rowsKept());
    json.writeNumberField("rowsAfter", report.rowsAfter());
    json.writeNumberField("filesLinked", report.filesLinked());
  }
}
