package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.OldRows;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What retention decided for datasets, for people and for programs. */
final class RetentionText {

  private RetentionText() {}

  /** One sentence for each dataset of which there is something to say, and one for each warning. */
  static List<String> lines(List<DatasetRetention> datasets, Instant now) {
    List<String> lines = new ArrayList<>();
    for (DatasetRetention dataset : datasets) {
      if (dataset.error().isPresent()) {
        lines.add(dataset.dataset() + ": nothing is dropped: " + dataset.error().get());
        continue;
      }
      List<String> facts = new ArrayList<>();
      facts.add("retention goes by " + String.join(", ", dataset.timeColumns()));
      if (dataset.rowsProtected() > 0) {
        facts.add(
            Counted.of(dataset.rowsProtected(), "row")
                + " held because they are protected"
                + dataset
                    .oldestProtected()
                    .map(time -> ", the oldest " + age(time, now) + " old")
                    .orElse(""));
      }
      if (dataset.rowsWithoutTime() > 0) {
        facts.add(Counted.of(dataset.rowsWithoutTime(), "row") + " without a time stay");
      }
      // The journal has its retention from Firn: nobody asked for it.
      boolean expected =
          facts.size() == 1 && dataset.dataset().equals(CacheDirectory.JOURNAL_DATASET);
      if (!expected) {
        lines.add(dataset.dataset() + ": " + String.join("; ", facts));
      }
      dataset.warnings().forEach(warning -> lines.add(dataset.dataset() + ": " + warning));
    }
    return lines;
  }

  /** One sentence for each dataset that has old rows and no retention. */
  static List<String> oldLines(List<OldRows> datasets, Instant now) {
    return datasets.stream()
        .map(
            old ->
                old.dataset()
                    + ": at least "
                    + Counted.of(old.rows(), "row")
                    + " ("
                    + ByteSize.format(old.bytes())
                    + ") older than "
                    + OldRows.DAYS
                    + " days by "
                    + old.column()
                    + ", the oldest "
                    + age(old.oldest(), now)
                    + " old; no retention is configured for it")
        .toList();
  }

  /** Writes {@code "old": [...]}. */
  static void writeOld(JsonGenerator json, List<OldRows> datasets) throws IOException {
    json.writeArrayFieldStart("old");
    for (OldRows old : datasets) {
      json.writeStartObject();
      json.writeStringField("dataset", old.dataset());
      json.writeStringField("timeColumn", old.column());
      json.writeNumberField("days", OldRows.DAYS);
      json.writeNumberField("rowsAtLeast", old.rows());
      json.writeNumberField("bytes", old.bytes());
      json.writeStringField("oldest", old.oldest().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String age(Instant time, Instant now) {
    return time.isBefore(now) ? Durations.format(Duration.between(time, now)) : "0 s";
  }

  /** Writes {@code "retention": [...]}. */
  static void write(JsonGenerator json, List<DatasetRetention> datasets) throws IOException {
    json.writeArrayFieldStart("retention");
    for (DatasetRetention dataset : datasets) {
      json.writeStartObject();
      json.writeStringField("dataset", dataset.dataset());
      writeTexts(json, "timeColumns", List.copyOf(dataset.timeColumns()));
      json.writeStringField("cutoff", dataset.cutoff().map(Instant::toString).orElse(null));
      json.writeNumberField("rowsExpired", dataset.rowsExpired());
      json.writeNumberField("rowsProtected", dataset.rowsProtected());
      json.writeStringField(
          "oldestProtected", dataset.oldestProtected().map(Instant::toString).orElse(null));
      json.writeNumberField("rowsWithoutTime", dataset.rowsWithoutTime());
      writeTexts(json, "warnings", dataset.warnings());
      json.writeStringField("error", dataset.error().orElse(null));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeTexts(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}
