package dev.firn.cli.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Durations;
import dev.firn.cli.text.TextTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a daemon says of itself, for people. */
final class DaemonStatusText {
  private final JsonNode document;
  private final JsonNode daemon;
  private final Instant now;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param document of {@code /v1/status}
   */
  DaemonStatusText(JsonNode document, Instant now) {
    this.document = document;
    this.daemon = document.path("daemon");
    this.now = now;
  }

  List<String> lines() {
    addAttention();
    lines.add(
        "Daemon of "
            + document.path("root").asText()
            + ", pid "
            + daemon.path("pid").asLong()
            + ", "
            + daemon.path("address").asText()
            + ", started "
            + Durations.ago(daemon.path("since").asText(), now)
            + (daemon.path("ready").asBoolean() ? "" : ", not ready"));
    addPasses();
    addResources();
    addSources();
    JsonNode totals = document.path("totals");
    lines.add("");
    lines.add(
        Counted.of(totals.path("partitions").asLong(), "partition")
            + ", "
            + Counted.of(totals.path("rows").asLong(), "row")
            + ", "
            + Counted.of(totals.path("dataFiles").asLong(), "file")
            + ", "
            + ByteSize.format(totals.path("bytes").asLong())
            + "; \"firn query status\" says more");
    return lines;
  }

  private void addAttention() {
    JsonNode attention = daemon.path("attention");
    if (!attention.isEmpty()) {
      lines.add(
          Counted.of(attention.size(), "thing")
              + (attention.size() == 1 ? " needs" : " need")
              + " attention:");
      attention.forEach(line -> lines.add("  " + line.asText()));
      lines.add("");
    }
  }

  private void addPasses() {
    JsonNode running = daemon.path("running");
    if (running.isObject()) {
      lines.add(
          "  now        a pass since "
              + Durations.ago(running.path("since").asText(), now)
              + " ("
              + running.path("why").asText()
              + ") "
              + running.path("partition").asText());
    }
    JsonNode last = daemon.path("lastPass");
    if (last.isObject()) {
      JsonNode totals = last.path("totals");
      lines.add(
          "  last pass  "
              + Durations.ago(last.path("at").asText(), now)
              + ", "
              + Durations.format(Duration.ofMillis(last.path("elapsedMs").asLong()))
              + ", "
              + last.path("outcome").asText()
              + ": "
              + totals.path("compacted").asLong()
              + " compacted, "
              + totals.path("skipped").asLong()
              + " skipped, "
              + Counted.of(totals.path("rowsDropped").asLong(), "row")
              + " dropped, "
              + ByteSize.format(totals.path("bytesReclaimed").asLong())
              + " reclaimed, "
              + ByteSize.format(totals.path("bytesPending").asLong())
              + " pending");
    } else {
      lines.add("  last pass  none");
    }
    JsonNode next = daemon.path("nextPass");
    String at = next.path("at").isTextual() ? in(next.path("at").asText()) + ", " : "";
    lines.add("  next pass  " + at + next.path("why").asText());
  }

  private String in(String time) {
    Instant at = Instant.parse(time);
    return at.isAfter(now) ? "in " + Durations.format(Duration.between(now, at)) : "now";
  }

  private void addResources() {
    JsonNode memory = daemon.path("memory");
    lines.add(
        "  memory     "
            + ByteSize.format(
                memory.path("residentBytes").asLong(memory.path("heapBytes").asLong()))
            + ", "
            + ByteSize.format(memory.path("bufferBytes").asLong())
            + " of "
            + ByteSize.format(memory.path("bufferLimitBytes").asLong())
            + " buffered");
    lines.add(
        "  disk       "
            + ByteSize.format(daemon.path("disk").path("freeBytes").asLong())
            + " free");
  }

  private void addSources() {
    lines.add("");
    if (daemon.path("sources").isEmpty()) {
      lines.add("No source has appended since it started.");
      return;
    }
    TextTable table =
        new TextTable(
            "SOURCE",
            ">ROWS",
            ">ROWS/S 1 MIN",
            ">10 MIN",
            ">BYTES",
            ">SHARE",
            ">REJECTED",
            ">DEFERRED",
            "LAST SEEN");
    for (JsonNode source : daemon.path("sources")) {
      JsonNode rates = source.path("perSecond");
      table.add(
          source.path("source").asText()
              + (source.has("signal") ? " (" + source.path("signal").asText() + ")" : ""),
          Counted.number(source.path("landed").path("rows").asLong()),
          rate(rates.path("oneMinute").path("rows").asDouble()),
          rate(rates.path("tenMinutes").path("rows").asDouble()),
          ByteSize.format(source.path("landed").path("bytes").asLong()),
          Math.round(100 * source.path("capacityShare").asDouble()) + " %",
          Counted.number(source.path("rejected").path("exchanges").asLong()),
          Counted.number(source.path("deferred").asLong()),
          Durations.ago(source.path("lastSeen").asText(), now));
    }
    lines.addAll(table.lines());
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, "%.1f", perSecond);
  }
}
