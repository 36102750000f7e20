package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.core.generation.DropReason;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The document of {@code query maintain --json}. */
public final class PassReportJson {
  /** For which a pass drops rows; only a repair puts any into quarantine. */
  private static final List<DropReason> REASONS =
      List.of(DropReason.EXPIRED, DropReason.PURGED, DropReason.DUPLICATE, DropReason.DELETED);

  private PassReportJson() {}

  /** Writes the document's members. */
  public static void write(JsonGenerator json, PassReport report) throws IOException {
    json.writeBooleanField("dryRun", report.dryRun());
    json.writeNumberField("elapsedMs", report.elapsedMillis());
    json.writeArrayFieldStart("partitions");
    for (PartitionReport partition : report.partitions()) {
      writePartition(json, partition);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("removed");
    for (PassReport.Removed removed : report.removed()) {
      json.writeStartObject();
      json.writeStringField("path", removed.path());
      json.writeStringField("why", removed.why());
      json.writeNumberField("bytes", removed.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("kept");
    for (PassReport.Kept kept : report.kept()) {
      json.writeStartObject();
      json.writeStringField("path", kept.path());
      json.writeStringField("why", kept.why());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("litter");
    for (Map.Entry<String, Litter> litter : report.litter().entrySet()) {
      json.writeStartObject();
      json.writeStringField("path", litter.getKey());
      json.writeNumberField("files", litter.getValue().files());
      json.writeNumberField("bytes", litter.getValue().bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("damaged");
    for (Map.Entry<String, Integer> damaged : report.damaged().entrySet()) {
      json.writeStartObject();
      json.writeStringField("path", damaged.getKey());
      json.writeNumberField("files", damaged.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
    RetentionText.write(json, report.retention());
    writeTotals(json, report);
  }

  /** Writes {@code "partition": {keys}}. */
  static void writeKeys(JsonGenerator json, Partition partition) throws IOException {
    json.writeObjectFieldStart("partition");
    for (Map.Entry<String, String> key : partition.keys().entrySet()) {
      json.writeStringField(key.getKey(), key.getValue());
    }
    json.writeEndObject();
  }

  private static void writePartition(JsonGenerator json, PartitionReport report)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("dataset", report.partition().dataset());
    writeKeys(json, report.partition());
    json.writeStringField("path", report.partition().path());
    json.writeStringField("layout", report.layout().map(Layout::text).orElse(null));
    json.writeStringField("outcome", report.outcome().text());
    json.writeStringField("reason", report.reason());
    json.writeStringField("generationBefore", report.generationBefore());
    json.writeStringField("generationAfter", report.generationAfter());
    json.writeNumberField("rowsBefore", report.rowsBefore());
    json.writeNumberField("rowsAfter", report.rowsAfter());
    json.writeObjectFieldStart("dropped");
    for (DropReason reason : REASONS) {
      json.writeNumberField(reason.text(), report.dropped().count(reason));
    }
    json.writeEndObject();
    json.writeNumberField("rowsArchived", report.rowsArchived());
    json.writeNumberField("dataFilesBefore", report.dataFilesBefore());
    json.writeNumberField("dataFilesAfter", report.dataFilesAfter());
    json.writeNumberField("filesRewritten", report.filesRewritten());
    json.writeNumberField("filesLinked", report.filesLinked());
    json.writeNumberField("bytesBefore", report.bytesBefore());
    json.writeNumberField("bytesAfter", report.bytesAfter());
    json.writeNumberField("bytesWritten", report.bytesWritten());
    json.writeNumberField("filesLeft", report.filesLeft());
    json.writeEndObject();
  }

  private static void writeTotals(JsonGenerator json, PassReport report) throws IOException {
    json.writeObjectFieldStart("totals");
    for (Outcome outcome : Outcome.values()) {
      json.writeNumberField(outcome.text(), report.count(outcome));
    }
    json.writeNumberField("rowsDropped", report.rowsDropped());
    json.writeNumberField("rowsArchived", report.rowsArchived());
    json.writeNumberField("bytesReclaimed", report.bytesReclaimed());
    json.writeNumberField("bytesPending", report.bytesPending());
    json.writeEndObject();
  }
}
