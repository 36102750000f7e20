package dev.firn.cli.backup;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.query.VerifyJson;
import dev.firn.maintenance.backup.BackedUpPartition;
import dev.firn.maintenance.backup.BackupReport;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The document of {@code backup --json}. What does not apply is null. */
final class BackupJson {
  private BackupJson() {}

  /** Writes the document's members. */
  static void write(JsonGenerator json, String root, BackupReport report) throws IOException {
    json.writeStringField("root", root);
    json.writeStringField("target", report.target().toString());
    json.writeStringField("takenAt", report.takenAt());
    json.writeBooleanField("full", report.verified().full());
    json.writeArrayFieldStart("partitions");
    for (BackedUpPartition partition : report.partitions()) {
      write(json, partition, report);
    }
    json.writeEndArray();
    VerifyJson.write(
        json,
        "findings",
        Stream.concat(
                report.verified().partitions().stream().flatMap(p -> p.findings().stream()),
                report.verified().elsewhere().stream())
            .filter(finding -> finding.severity() != Severity.NOTE)
            .toList());
    strings(json, "notes", report.notes());
    strings(json, "leftovers", report.leftovers().stream().map(Path::toString).toList());
    json.writeObjectFieldStart("totals");
    json.writeNumberField("partitions", report.partitions().size());
    json.writeNumberField("unreadable", report.unreadable());
    json.writeNumberField("rows", report.verified().sum(VerifiedPartition::rows));
    json.writeNumberField("files", report.verified().sum(VerifiedPartition::files));
    json.writeNumberField("linkedFiles", report.linkedFiles());
    json.writeNumberField("linkedBytes", report.linkedBytes());
    json.writeNumberField("copiedFiles", report.copiedFiles());
    json.writeNumberField("copiedBytes", report.copiedBytes());
    json.writeNumberField("damage", report.verified().count(Severity.DAMAGE));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, BackedUpPartition partition, BackupReport report)
      throws IOException {
    Optional<VerifiedPartition> verified =
        report.verified().partitions().stream()
            .filter(p -> p.partition().path().equals(partition.path()))
            .findFirst();
    boolean live = partition.problem().isEmpty();
    json.writeStartObject();
    json.writeStringField("path", partition.path());
    json.writeStringField("state", live ? "live" : "unreadable");
    json.writeStringField("problem", live ? null : partition.problem());
    json.writeStringField("generation", live ? partition.generation() : null);
    json.writeNumberField("highestLanded", partition.highestLanded());
    json.writeNumberField("held", partition.held());
    json.writeNumberField("rows", verified.map(VerifiedPartition::rows).orElse(0L));
    json.writeNumberField("files", verified.map(VerifiedPartition::files).orElse(0L));
    json.writeNumberField("bytes", verified.map(VerifiedPartition::bytes).orElse(0L));
    json.writeEndObject();
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
