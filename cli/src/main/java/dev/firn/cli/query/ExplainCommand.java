package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.session.Session;
import dev.firn.core.CacheException;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.Assessment;
import dev.firn.maintenance.PartitionAssessor;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassRetention;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.select.DatasetColumns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Explains what maintenance decides, and where the bytes are. */
@Command(
    name = "explain",
    header = "Explain what is due and why, and which columns hold the bytes.",
    description = {
      "",
      "Per partition: whether it is due, the numbers and thresholds that decide, and the bytes that"
          + " a pass would read. Then the columns with most bytes and how often a value repeats"
          + " within a file, as far as dictionaries tell; unknown where they do not.",
      "Reads manifests, footers and page headers. Changes nothing."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class ExplainCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", arity = "0..1", description = "Only this one.")
  @Nullable String dataset;

  public ExplainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    MaintenanceConfig config = session.config().maintenance();
    List<String> asked = session.requireDatasets(dataset == null ? List.of() : List.of(dataset));
    CacheDirectory cache = session.cache();
    boolean exists = session.rootExists();
    List<Partition> partitions =
        asked.isEmpty() ? cache.partitions() : cache.partitions(asked.get(0));
    PassRetention retention =
        new PassRetention(
            session.disk(),
            config,
            new DatasetColumns(session.disk(), cache),
            ObservedTime.read(
                    session.disk(),
                    cache,
                    session.environment().clock().instant(),
                    Uptime.ofThisMachine())
                .believedWall(),
            PassOptions.standard());
    retention.decide(partitions);
    PartitionAssessor assessor =
        new PartitionAssessor(
            session.disk(),
            config,
            PassMemory.load(session.disk(), cache),
            PassOptions.standard(),
            List.of(retention),
            retention::periods);
    Unreadables unreadables = new Unreadables(session);
    List<Explanation> explanations = new ArrayList<>();
    for (Partition partition : partitions) {
      Assessment assessment = assessor.assess(partition);
      Live live = assessment.live();
      Content content = assessment.content();
      if (live != null && content != null) {
        try {
          explanations.add(
              Explanation.of(
                  session.disk(), live, content.snapshot(), assessment, config.targetFileBytes()));
        } catch (CacheException e) {
          unreadables.add(partition, String.valueOf(e.getMessage()));
        }
      } else if (assessment.report().outcome() != Outcome.SKIPPED) {
        unreadables.add(partition, assessment.reason());
      }
    }
    if (session.json()) {
      session.document(json -> writeJson(json, config, explanations, unreadables));
    } else {
      if (partitions.isEmpty()) {
        session.print(session.nothingYet());
      }
      for (Explanation explanation : explanations) {
        for (String line : ExplanationText.lines(explanation, config)) {
          session.print(line);
        }
      }
    }
    return unreadables.exitCode().code();
  }

  private static void writeJson(
      JsonGenerator json,
      MaintenanceConfig config,
      List<Explanation> explanations,
      Unreadables unreadables)
      throws IOException {
    json.writeArrayFieldStart("partitions");
    for (Explanation explanation : explanations) {
      ExplanationJson.write(json, explanation, config);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("unreadable");
    for (Unreadables.Entry entry : unreadables.entries()) {
      json.writeStartObject();
      json.writeStringField("path", entry.partition().path());
      json.writeStringField("reason", entry.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
