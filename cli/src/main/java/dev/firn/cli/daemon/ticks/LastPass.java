package dev.firn.cli.daemon.ticks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.daemon.life.DaemonFiles;
import dev.firn.cli.query.PassReportJson;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.maintenance.report.PassReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a daemon's last pass did: the totals of its report, and the partitions of which it says more
 * than that they were skipped. Kept in a file, so that it is known after a restart too; without the
 * file nothing else is lost.
 */
public final class LastPass {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NAMED_PARTITIONS = 100;

  private final JsonNode document;

  private LastPass(JsonNode document) {
    this.document = document;
  }

  /**
   * A pass that came to its end.
   *
   * @param why it began
   */
  static LastPass of(PassReport report, String why, Instant began) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      PassReportJson.write(json, report);
      json.writeEndObject();
    }
    JsonNode whole = JSON.readTree(bytes.toByteArray());
    ObjectNode document = JSON.createObjectNode();
    document.put("at", began.toString());
    document.put("why", why);
    document.put("outcome", outcome(whole));
    document.set("elapsedMs", whole.path("elapsedMs"));
    document.set("totals", whole.path("totals"));
    ObjectNode dropped = document.putObject("dropped");
    var partitions = document.putArray("partitions");
    for (JsonNode partition : whole.path("partitions")) {
      partition
          .path("dropped")
          .properties()
          .forEach(
              reason ->
                  dropped.put(
                      reason.getKey(),
                      dropped.path(reason.getKey()).asLong() + reason.getValue().asLong()));
      if (!partition.path("outcome").asText().equals("skipped")
          && partitions.size() < NAMED_PARTITIONS) {
        ObjectNode named = partitions.addObject();
        for (String field : new String[] {"path", "outcome", "reason", "rowsBefore", "rowsAfter"}) {
          named.set(field, partition.path(field));
        }
      }
    }
    return new LastPass(document);
  }

  /** A pass that ended before its time. */
  static LastPass failed(String why, Instant began, long elapsedMillis, String error) {
    ObjectNode document = JSON.createObjectNode();
    document.put("at", began.toString());
    document.put("why", why);
    document.put("outcome", "failed");
    document.put("elapsedMs", elapsedMillis);
    document.put("error", error);
    return new LastPass(document);
  }

  private static String outcome(JsonNode report) {
    JsonNode totals = report.path("totals");
    if (totals.path("failed").asLong() > 0) {
      return "failed in " + totals.path("failed").asLong() + " partitions";
    }
    return totals.path("unreadable").asLong() > 0
        ? "done, but for " + totals.path("unreadable").asLong() + " unreadable partitions"
        : "done";
  }

  /** As it stands in the file and in status. */
  public JsonNode document() {
    return document;
  }

  static Optional<LastPass> find(Disk disk, DaemonFiles files) {
    try {
      JsonNode document = JSON.readTree(disk.read(files.lastPass()));
      return document.path("at").isTextual()
          ? Optional.of(new LastPass(document))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void save(Disk disk, DaemonFiles files) throws IOException {
    DurableFiles.replace(
        disk, files.lastPass(), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
  }
}
