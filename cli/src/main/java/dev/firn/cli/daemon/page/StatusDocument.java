package dev.firn.cli.daemon.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.daemon.ledger.SourceLedger;
import dev.firn.cli.daemon.ledger.Tally;
import dev.firn.cli.daemon.ticks.NextRun;
import dev.firn.cli.daemon.ticks.Ticker;
import dev.firn.cli.query.StatusJson;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code /v1/status}: what {@code query status --json} says, and the daemon. */
final class StatusDocument {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DaemonView view;

  StatusDocument(DaemonView view) {
    this.view = view;
  }

  /** Writes the document's members. */
  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("daemon");
    json.writeNumberField("pid", ProcessHandle.current().pid());
    json.writeStringField("address", view.address());
    json.writeStringField("since", view.ledger.since().toString());
    json.writeStringField("now", view.now().toString());
    json.writeBooleanField("ready", view.notReady().isEmpty());
    json.writeArrayFieldStart("attention");
    for (String line : view.attention()) {
      json.writeString(line);
    }
    json.writeEndArray();
    json.writeStringField("slowed", view.ticker.slowed().orElse(null));
    writeRuns(json);
    writeLedger(json);
    json.writeObjectFieldStart("filesOfOtherProcesses");
    for (Map.Entry<String, Long> other : view.others.files().entrySet()) {
      json.writeNumberField(other.getKey(), other.getValue());
    }
    json.writeEndObject();
    writeResources(json);
    json.writeEndObject();
    StatusJson.write(json, view.root(), view.cacheStatus());
  }

  private void writeRuns(JsonGenerator json) throws IOException {
    json.setCodec(JSON);
    Optional<Ticker.Running> running = view.ticker.running();
    if (running.isPresent()) {
      json.writeObjectFieldStart("running");
      json.writeStringField("since", running.get().since().toString());
      json.writeStringField("why", running.get().why());
      json.writeStringField("partition", running.get().partition());
      json.writeEndObject();
    } else {
      json.writeNullField("running");
    }
    json.writeFieldName("lastPass");
    json.writeTree(view.ticker.lastPass().map(pass -> pass.document()).orElse(JSON.nullNode()));
    NextRun next = view.ticker.next();
    json.writeObjectFieldStart("nextPass");
    json.writeStringField("at", next.at().map(Instant::toString).orElse(null));
    json.writeStringField("why", next.why());
    json.writeEndObject();
  }

  private void writeLedger(JsonGenerator json) throws IOException {
    List<SourceLedger.Entry> entries = view.ledger.entries();
    double busy = view.ledger.busyFraction();
    long bytes = entries.stream().mapToLong(e -> e.lastTenMinutes().bytes()).sum();
    json.writeNumberField("busyFraction", rounded(busy));
    json.writeArrayFieldStart("sources");
    for (SourceLedger.Entry entry : entries) {
      json.writeStartObject();
      json.writeStringField("source", entry.source());
      if (!entry.signal().isEmpty()) {
        json.writeStringField("signal", entry.signal());
      }
      json.writeNumberField("requests", entry.requests());
      writeTally(json, "received", entry.received());
      writeTally(json, "landed", entry.landed());
      writeTally(json, "held", entry.held());
      writeTally(json, "inFlight", entry.inFlight());
      writeTally(json, "rejected", entry.rejectedInAll());
      json.writeObjectFieldStart("rejectedBecause");
      for (Map.Entry<String, Long> why : byText(entry).entrySet()) {
        json.writeNumberField(why.getKey(), why.getValue());
      }
      json.writeEndObject();
      json.writeNumberField("deferred", entry.deferredInAll());
      json.writeObjectFieldStart("deferredBecause");
      for (var why : new TreeMap<>(entry.deferred()).entrySet()) {
        json.writeNumberField(why.getKey().text(), why.getValue());
      }
      json.writeEndObject();
      json.writeStringField("lastSeen", entry.lastSeen().map(Instant::toString).orElse(null));
      json.writeObjectFieldStart("perSecond");
      writeRates(json, "oneMinute", entry.lastMinute(), 60);
      writeRates(json, "tenMinutes", entry.lastTenMinutes(), 600);
      json.writeEndObject();
      json.writeNumberField(
          "capacityShare", rounded(bytes == 0 ? 0 : busy * entry.lastTenMinutes().bytes() / bytes));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static Map<String, Long> byText(SourceLedger.Entry entry) {
    return entry.rejected().entrySet().stream()
        .collect(
            Collectors.toMap(
                e -> e.getKey().text(), e -> e.getValue().exchanges(), Long::sum, TreeMap::new));
  }

  private static void writeTally(JsonGenerator json, String name, Tally tally) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("exchanges", tally.exchanges());
    json.writeNumberField("rows", tally.rows());
    json.writeNumberField("bytes", tally.bytes());
    json.writeEndObject();
  }

  private static void writeRates(JsonGenerator json, String name, Tally tally, double seconds)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("exchanges", rounded(tally.exchanges() / seconds));
    json.writeNumberField("rows", rounded(tally.rows() / seconds));
    json.writeNumberField("bytes", rounded(tally.bytes() / seconds));
    json.writeEndObject();
  }

  private void writeResources(JsonGenerator json) throws IOException {
    Memory memory = Memory.now();
    json.writeObjectFieldStart("memory");
    json.writeNumberField("heapBytes", memory.heapBytes());
    json.writeNumberField("heapLimitBytes", memory.heapLimitBytes());
    if (memory.residentBytes().isPresent()) {
      json.writeNumberField("residentBytes", memory.residentBytes().getAsLong());
    }
    json.writeNumberField("bufferBytes", view.buffer.usedBytes());
    json.writeNumberField("bufferHighestBytes", view.buffer.highestBytes());
    json.writeNumberField("bufferLimitBytes", view.buffer.limitBytes());
    json.writeEndObject();
    json.writeObjectFieldStart("disk");
    json.writeNumberField("freeBytes", view.ticker.freeBytes());
    json.writeNumberField("minFreeBytes", view.config().maintenance().minFreeBytes());
    json.writeNumberField("reserveBytes", view.reserveBytes());
    json.writeEndObject();
    json.writeNumberField("connections", view.connections());
    json.writeNumberField("waiting", view.reception.waiting());
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
