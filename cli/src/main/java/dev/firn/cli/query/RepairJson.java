package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.maintenance.repair.Candidate;
import dev.firn.maintenance.repair.MendReport;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairReport;
import dev.firn.maintenance.repair.RepairedPartition;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import java.io.IOException;
import java.util.OptionalLong;

/** The document of {@code query repair --json}. What is not known or does not apply is null. */
final class RepairJson {
  private RepairJson() {}

  /** Writes the document's members. */
  static void write(JsonGenerator json, String root, RepairReport report) throws IOException {
    json.writeStringField("root", root);
    json.writeBooleanField("applied", report.applied());
    json.writeNumberField("elapsedMs", report.elapsedMillis());
    json.writeArrayFieldStart("partitions");
    for (RepairedPartition partition : report.partitions()) {
      write(json, partition);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("totals");
    json.writeNumberField("partitions", report.partitions().size());
    for (Outcome outcome : Outcome.values()) {
      json.writeNumberField(outcome.text(), report.count(outcome));
    }
    json.writeNumberField("unreadable", report.unreadable());
    json.writeNumberField("mendsDone", report.count(Status.DONE));
    json.writeNumberField("mendsPossible", report.count(Status.WOULD));
    json.writeNumberField("damage", report.damage());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RepairedPartition partition) throws IOException {
    json.writeStartObject();
    json.writeStringField("dataset", partition.partition().dataset());
    PassReportJson.writeKeys(json, partition.partition());
    json.writeStringField("path", partition.partition().path());
    json.writeStringField("outcome", partition.outcome().text());
    json.writeStringField("reason", partition.reason());
    json.writeBooleanField("unreadable", partition.unreadable());
    json.writeNumberField("rowsBefore", partition.rowsBefore());
    json.writeNumberField("rowsAfter", partition.rowsAfter());
    json.writeStringField("copies", partition.copies().orElse(null));
    json.writeArrayFieldStart("mends");
    for (MendReport mend : partition.mends()) {
      write(json, mend);
    }
    json.writeEndArray();
    VerifyJson.write(json, "damage", partition.damage());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, MendReport mend) throws IOException {
    json.writeStartObject();
    json.writeStringField("kind", mend.kind().text());
    json.writeStringField("path", mend.path());
    json.writeStringField("status", mend.status().text());
    json.writeStringField("wrong", mend.wrong());
    json.writeStringField("action", mend.action());
    writeRows(json, mend.rows());
    json.writeArrayFieldStart("candidates");
    for (Candidate candidate : mend.candidates()) {
      json.writeStartObject();
      json.writeStringField("generation", candidate.generation());
      json.writeBooleanField("readable", candidate.readable());
      writeRows(json, candidate.rows());
      json.writeStringField("newest", candidate.newest().toString());
      json.writeStringField("why", candidate.why());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeRows(JsonGenerator json, OptionalLong rows) throws IOException {
    if (rows.isPresent()) {
      json.writeNumberField("rows", rows.getAsLong());
    } else {
      json.writeNullField("rows");
    }
  }
}
