package dev.firn.cli.append;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of an append, for people and for programs.
 *
 * @param interrupted true if somebody ended it before the input did
 * @param heldBecause why exchanges are held, null if it is not known or none are
 * @param error what ended it before its time, null if nothing did
 */
record AppendReport(
    Partition partition,
    AppendTally tally,
    Duration elapsed,
    boolean interrupted,
    @Nullable String heldBecause,
    @Nullable String error) {
  private static final String DATASETS = "datasets/";

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    long millis = elapsed.toMillis();
    lines.add(
        Counted.of(tally.rows(), "row")
            + " in "
            + Counted.of(tally.exchanges(), "exchange")
            + (tally.held() == tally.exchanges() && tally.held() > 0 ? " for " : " to ")
            + partition.path().substring(DATASETS.length())
            + " in "
            + Durations.format(elapsed)
            + (millis > 0 && tally.rows() > 0
                ? " (" + Counted.number(rate(tally.rows(), millis)) + " rows/s)"
                : "")
            + (interrupted ? "; interrupted" : ""));
    if (tally.rescuedValues() > 0) {
      lines.add(
          Counted.of(tally.rescuedValues(), "value")
              + " did not fit "
              + (tally.rescuedValues() == 1 ? "its column and is" : "their columns and are")
              + " in _rescued");
    }
    if (tally.badLines() > 0) {
      lines.add(
          Counted.of(tally.badLines(), "line")
              + (tally.badLines() == 1 ? " is no exchange and was" : " are no exchanges and were")
              + " left out");
    }
    if (tally.rejectedLines() > 0) {
      lines.add(
          Counted.of(tally.rejectedLines(), "line")
              + (tally.rejectedLines() == 1 ? " does not fit and was" : " do not fit and were")
              + " rejected");
    }
    if (tally.held() > 0) {
      lines.add(held());
    }
    return List.copyOf(lines);
  }

  /** Two digits tell a rate; one that is exact to the row would pretend. */
  private static long rate(long rows, long millis) {
    long rate = Math.max(1, rows * 1000 / millis);
    long unit = 1;
    while (rate / unit >= 100) {
      unit *= 10;
    }
    return (rate + unit / 2) / unit * unit;
  }

  /** What became of exchanges that the partition does not take now. */
  String held() {
    String at = String.valueOf(tally.heldAt());
    return Counted.of(tally.held(), "exchange")
        + (tally.held() == 1 ? " is" : " are")
        + " held in "
        + at.substring(0, Math.max(0, at.lastIndexOf('/')))
        + (heldBecause == null ? "" : ", because " + heldBecause)
        + "; nothing is lost, they go in when the partition is mended; \"firn query status\" says"
        + " more";
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStringField("dataset", partition.dataset());
    json.writeObjectFieldStart("partition");
    for (Map.Entry<String, String> key : partition.keys().entrySet()) {
      json.writeStringField(key.getKey(), key.getValue());
    }
    json.writeEndObject();
    json.writeStringField("path", partition.path());
    json.writeNumberField("rows", tally.rows());
    json.writeNumberField("exchanges", tally.exchanges());
    json.writeNumberField("rescuedValues", tally.rescuedValues());
    json.writeNumberField("held", tally.held());
    json.writeNumberField("badLines", tally.badLines());
    json.writeNumberField("rejected", tally.rejectedLines());
    json.writeNumberField("elapsedMs", elapsed.toMillis());
    json.writeNumberField("bytes", tally.bytes());
    json.writeBooleanField("interrupted", interrupted);
    json.writeStringField("error", error);
  }
}
