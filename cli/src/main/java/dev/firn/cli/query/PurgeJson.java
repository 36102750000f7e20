package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.purge.PurgeFinding;
import dev.firn.maintenance.purge.PurgeReport;
import dev.firn.maintenance.purge.PurgeSurvey;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The document of {@code query purge --json}. What is not known or does not apply is null. */
final class PurgeJson {
  private PurgeJson() {}

  /** Writes the document's members. */
  static void write(JsonGenerator json, CacheDirectory cache, PurgeReport report)
      throws IOException {
    json.writeBooleanField("applied", report.applied());
    json.writeNumberField("elapsedMs", report.elapsedMillis());
    json.writeArrayFieldStart("partitions");
    for (PurgedPartition partition : report.partitions()) {
      write(json, cache, partition);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("spoolsNotScanned");
    for (Path spool : report.spools()) {
      json.writeString(cache.relative(spool));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("gonePartitionsNotScanned");
    for (Path gone : report.gone()) {
      json.writeString(cache.relative(gone));
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    for (Outcome outcome : Outcome.values()) {
      json.writeNumberField(outcome.text(), report.count(outcome));
    }
    json.writeNumberField(
        "rowsMatching",
        report.partitions().stream().mapToLong(PurgedPartition::rowsMatching).sum());
    json.writeNumberField(
        "rowsPurged", report.partitions().stream().mapToLong(PurgedPartition::rowsPurged).sum());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, CacheDirectory cache, PurgedPartition partition)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("dataset", partition.partition().dataset());
    PassReportJson.writeKeys(json, partition.partition());
    json.writeStringField("path", partition.partition().path());
    json.writeStringField("outcome", partition.outcome().text());
    json.writeStringField("reason", partition.reason());
    json.writeNumberField("rowsMatching", partition.rowsMatching());
    json.writeNumberField("rowsPurged", partition.rowsPurged());
    json.writeNumberField("rowsArchivedPurged", partition.rowsArchived());
    json.writeNumberField("heldExchanges", partition.heldExchanges());
    json.writeStringField("generationBefore", partition.generationBefore());
    json.writeStringField("generationAfter", partition.generationAfter());
    json.writeArrayFieldStart("removed");
    for (Path path : partition.removed()) {
      json.writeString(cache.relative(path));
    }
    json.writeEndArray();
    write(json, cache, "before", partition.before());
    write(json, cache, "after", partition.after());
    json.writeEndObject();
  }

  private static void write(
      JsonGenerator json, CacheDirectory cache, String name, Optional<PurgeSurvey> survey)
      throws IOException {
    if (survey.isEmpty()) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    json.writeNumberField("dataFilesScanned", survey.get().filesScanned());
    json.writeNumberField("rowsScanned", survey.get().rowsScanned());
    json.writeNumberField("otherFiles", survey.get().otherFiles());
    json.writeArrayFieldStart("files");
    for (PurgeFinding finding : survey.get().findings()) {
      json.writeStartObject();
      json.writeStringField("path", cache.relative(finding.path()));
      json.writeStringField("place", finding.place().text());
      json.writeNumberField("rowsMatching", finding.matching());
      json.writeNumberField("rows", finding.rows());
      json.writeStringField("trouble", finding.trouble().isEmpty() ? null : finding.trouble());
      json.writeNumberField("otherHardLinks", finding.otherNames());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
