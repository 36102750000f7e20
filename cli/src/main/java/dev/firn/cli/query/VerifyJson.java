package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.maintenance.verify.Finding;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import dev.firn.maintenance.verify.VerifyReport;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The document of {@code query verify --json}. What is not known or does not apply is null. */
public final class VerifyJson {
  private VerifyJson() {}

  /** Writes the document's members. */
  static void write(JsonGenerator json, String root, VerifyReport report) throws IOException {
    json.writeStringField("root", root);
    json.writeBooleanField("full", report.full());
    json.writeNumberField("elapsedMs", report.elapsedMillis());
    json.writeArrayFieldStart("partitions");
    for (VerifiedPartition partition : report.partitions()) {
      write(json, partition);
    }
    json.writeEndArray();
    write(json, "elsewhere", report.elsewhere());
    json.writeObjectFieldStart("totals");
    json.writeNumberField("partitions", report.partitions().size());
    json.writeNumberField("unreadable", report.count(State.UNREADABLE));
    json.writeNumberField("generations", report.sum(VerifiedPartition::generations));
    json.writeNumberField("files", report.sum(VerifiedPartition::files));
    json.writeNumberField("rows", report.sum(VerifiedPartition::rows));
    json.writeNumberField("bytes", report.sum(VerifiedPartition::bytes));
    json.writeNumberField("damage", report.count(Severity.DAMAGE));
    json.writeNumberField("warnings", report.count(Severity.WARNING));
    json.writeNumberField("notes", report.count(Severity.NOTE));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, VerifiedPartition partition) throws IOException {
    json.writeStartObject();
    json.writeStringField("dataset", partition.partition().dataset());
    PassReportJson.writeKeys(json, partition.partition());
    json.writeStringField("path", partition.partition().path());
    json.writeStringField("state", partition.state().text());
    json.writeStringField("generation", partition.generation().orElse(null));
    json.writeNumberField("generations", partition.generations());
    json.writeNumberField("files", partition.files());
    json.writeNumberField("rows", partition.rows());
    json.writeNumberField("bytes", partition.bytes());
    write(json, "findings", partition.findings());
    json.writeEndObject();
  }

  /** Writes findings as an array. */
  public static void write(JsonGenerator json, String name, List<Finding> findings)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Finding finding : findings) {
      json.writeStartObject();
      json.writeStringField("severity", finding.severity().text());
      json.writeStringField("path", finding.path());
      json.writeStringField("found", finding.found());
      json.writeStringField("expected", orNull(finding.expected()));
      json.writeStringField("consequence", finding.consequence());
      json.writeStringField("advice", orNull(finding.advice()));
      if (finding.rows().isPresent()) {
        json.writeNumberField("rows", finding.rows().getAsLong());
      } else {
        json.writeNullField("rows");
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
