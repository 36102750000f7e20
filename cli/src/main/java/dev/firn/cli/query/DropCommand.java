package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.drop.DatasetDrop;
import dev.firn.maintenance.drop.DropReport;
import dev.firn.maintenance.drop.DropReport.Dropped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes a dataset. */
@Command(
    name = "drop",
    header = "Remove a dataset.",
    description = {
      "",
      "Says what would go: all partitions with all their generations, and what is held for them."
          + " --apply removes them, at once and for good; whoever reads them is told that they have"
          + " gone, and whoever appends later begins the dataset anew. Archives are listed, and go"
          + " with --archives only. Refused where a partition is in doubt, or where another program"
          + " keeps rows in the dataset's directory."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class DropCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", description = "The dataset.")
  String dataset = "";

  @Option(names = "--apply", description = "Remove it. Without it: say what would go.")
  boolean apply;

  @Option(names = "--archives", description = "Remove what retention has archived of it, too.")
  boolean archives;

  public DropCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    MaintenanceConfig config = session.config().maintenance();
    session.requireDatasets(List.of(dataset));
    Environment environment = session.environment();
    CacheDirectory cache = session.cache();
    DropReport report;
    try {
      report =
          new DatasetDrop(session.disk(), cache, config, environment.clock(), "query drop")
              .run(dataset, apply, archives);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    if (session.json()) {
      session.document(json -> write(json, cache, report));
    } else {
      print(cache, report);
    }
    return exitCode(report).code();
  }

  private static ExitCode exitCode(DropReport report) {
    return switch (report.outcome()) {
      case PROPOSED, DROPPED -> ExitCode.DONE;
      case REFUSED -> ExitCode.INCOMPLETE;
      case UNREADABLE -> ExitCode.UNREADABLE;
      case HELD -> ExitCode.HELD;
      case FAILED -> report.diskRefused() ? ExitCode.DISK : ExitCode.INCOMPLETE;
    };
  }

  private void print(CacheDirectory cache, DropReport report) throws IOException {
    for (Dropped partition : report.partitions()) {
      session.print(
          partition.partition().path()
              + ": "
              + (partition.rows().isPresent()
                  ? Counted.of(partition.rows().getAsLong(), "row")
                  : "rows not known")
              + ", "
              + ByteSize.format(partition.freeableBytes())
              + (partition.heldExchanges() > 0
                  ? ", " + Counted.of(partition.heldExchanges(), "held exchange")
                  : ""));
    }
    for (Path archive : report.archives()) {
      session.print(
          cache.relative(archive)
              + ": an archive"
              + (report.archivesRemoved() ? ", removed" : ", stays; --archives removes it"));
    }
    for (Path copy : report.copies()) {
      session.print(cache.relative(copy) + ": copies that a repair made, they stay");
    }
    session.print(
        switch (report.outcome()) {
          case PROPOSED ->
              "Nothing was changed; --apply removes "
                  + Counted.of(report.rows(), "row")
                  + " and frees "
                  + ByteSize.format(report.bytes())
                  + ".";
          case DROPPED ->
              "Removed "
                  + report.dataset()
                  + ": "
                  + Counted.of(report.rows(), "row")
                  + ", "
                  + ByteSize.format(report.bytes())
                  + " freed.";
          case REFUSED, UNREADABLE, HELD, FAILED -> "Not dropped: " + report.reason() + ".";
        });
  }

  private static void write(JsonGenerator json, CacheDirectory cache, DropReport report)
      throws IOException {
    json.writeStringField("dataset", report.dataset());
    json.writeStringField("outcome", report.outcome().text());
    json.writeStringField("reason", report.reason());
    json.writeArrayFieldStart("partitions");
    for (Dropped partition : report.partitions()) {
      json.writeStartObject();
      json.writeStringField("path", partition.partition().path());
      if (partition.rows().isPresent()) {
        json.writeNumberField("rows", partition.rows().getAsLong());
      } else {
        json.writeNullField("rows");
      }
      json.writeNumberField("heldExchanges", partition.heldExchanges());
      json.writeNumberField("bytes", partition.freeableBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    write(json, cache, "archives", report.archives());
    json.writeBooleanField("archivesRemoved", report.archivesRemoved());
    write(json, cache, "repairCopies", report.copies());
    json.writeNumberField("rows", report.rows());
    json.writeNumberField("bytes", report.bytes());
  }

  private static void write(JsonGenerator json, CacheDirectory cache, String name, List<Path> paths)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Path path : paths) {
      json.writeString(cache.relative(path));
    }
    json.writeEndArray();
  }
}
