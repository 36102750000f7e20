package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.Backlog;
import dev.firn.maintenance.status.PartitionStatus.LastRun;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.io.IOException;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The document of {@code query status --json}. What is not known of a partition is null. */
public final class StatusJson {

  private StatusJson() {}

  /** Writes the document's members. */
  public static void write(JsonGenerator json, String root, CacheStatus status) throws IOException {
    json.writeStringField("root", root);
    json.writeStringField("lastPass", status.lastPass().orElse(null));
    json.writeStringField("backupTaken", status.backupTaken().orElse(null));
    json.writeArrayFieldStart("partitions");
    for (PartitionStatus partition : status.partitions()) {
      writePartition(json, partition);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("spools");
    for (CacheStatus.Spool spool : status.spools()) {
      json.writeStartObject();
      json.writeStringField("path", spool.path());
      json.writeNumberField("bytes", spool.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    RetentionText.write(json, status.retention());
    RetentionText.writeOld(json, status.old());
    if (status.reserve().isPresent()) {
      json.writeObjectFieldStart("reserve");
      json.writeStringField("state", status.reserve().get().state().text());
      json.writeNumberField("bytes", status.reserve().get().bytes());
      json.writeEndObject();
    } else {
      json.writeNullField("reserve");
    }
    writeTotals(json, StatusTotals.of(status));
  }

  private static void writePartition(JsonGenerator json, PartitionStatus partition)
      throws IOException {
    Optional<LiveContent> live = partition.live();
    json.writeStartObject();
    json.writeStringField("dataset", partition.partition().dataset());
    PassReportJson.writeKeys(json, partition.partition());
    json.writeStringField("path", partition.partition().path());
    json.writeStringField("layout", live.map(l -> l.layout().text()).orElse(null));
    json.writeStringField("state", partition.state().text());
    json.writeStringField("problem", orNull(partition.problem()));
    json.writeStringField("repairHint", orNull(partition.repairHint()));
    json.writeStringField("generation", live.map(LiveContent::generation).orElse(null));
    number(json, "rows", live, LiveContent::rows);
    number(json, "unpublished", live, LiveContent::unpublished);
    json.writeNumberField("held", partition.heldExchanges());
    number(json, "dataFiles", live, LiveContent::dataFiles);
    number(json, "deleteFiles", live, LiveContent::deleteFiles);
    number(json, "bytes", live, LiveContent::bytes);
    number(json, "averageFileBytes", live, LiveContent::averageFileBytes);
    number(json, "snapshots", live, LiveContent::snapshots);
    json.writeNumberField("retiredBytes", partition.retiredBytes());
    json.writeNumberField("orphanedBytes", partition.orphanedBytes());
    json.writeNumberField("litterFiles", partition.litter().files());
    json.writeNumberField("litterBytes", partition.litter().bytes());
    json.writeArrayFieldStart("notes");
    for (String note : partition.notes()) {
      json.writeString(note);
    }
    json.writeEndArray();
    writeRuns(json, partition);
    json.writeEndObject();
  }

  private static void writeRuns(JsonGenerator json, PartitionStatus partition) throws IOException {
    if (partition.lastRun().isPresent()) {
      LastRun run = partition.lastRun().get();
      json.writeObjectFieldStart("lastRun");
      json.writeStringField("at", run.at());
      json.writeStringField("outcome", run.outcome());
      json.writeStringField("reason", run.reason());
      json.writeEndObject();
    } else {
      json.writeNullField("lastRun");
    }
    json.writeObjectFieldStart("nextRun");
    json.writeBooleanField("due", partition.due());
    json.writeStringField("reason", partition.dueReason());
    json.writeEndObject();
    if (partition.backlog().isPresent()) {
      Backlog backlog = partition.backlog().get();
      json.writeObjectFieldStart("backlog");
      json.writeNumberField("files", backlog.files());
      json.writeNumberField("filesAfterLastRun", backlog.filesAfterLastRun());
      json.writeStringField("trend", backlog.trend());
      json.writeEndObject();
    } else {
      json.writeNullField("backlog");
    }
  }

  private static void writeTotals(JsonGenerator json, StatusTotals totals) throws IOException {
    json.writeObjectFieldStart("totals");
    json.writeNumberField("partitions", totals.partitions());
    json.writeNumberField(State.UNREADABLE.text(), totals.unreadable());
    json.writeNumberField("rows", totals.rows());
    json.writeNumberField("unpublished", totals.unpublished());
    json.writeNumberField("held", totals.held());
    json.writeNumberField("dataFiles", totals.dataFiles());
    json.writeNumberField("bytes", totals.bytes());
    json.writeNumberField("retiredBytes", totals.retiredBytes());
    json.writeNumberField("orphanedBytes", totals.orphanedBytes());
    json.writeEndObject();
  }

  private static void number(
      JsonGenerator json, String name, Optional<LiveContent> live, ToLongFunction<LiveContent> of)
      throws IOException {
    if (live.isPresent()) {
      json.writeNumberField(name, of.applyAsLong(live.get()));
    } else {
      json.writeNullField(name);
    }
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
