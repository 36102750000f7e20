package dev.firn.cli.daemon.page;

import dev.firn.cli.daemon.ledger.Deferral;
import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.cli.daemon.ledger.SourceLedger;
import dev.firn.cli.daemon.ledger.Tally;
import dev.firn.cli.query.StatusTotals;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code /metrics} in Prometheus's text format. The only labels are sources, of which the ledger
 * knows a bounded number, their signals, and reasons.
 */
final class Metrics {
  static final String TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final DaemonView view;

  Metrics(DaemonView view) {
    this.view = view;
  }

  String text() throws IOException {
    List<MetricSnapshot> metrics = new ArrayList<>();
    List<SourceLedger.Entry> entries = view.ledger.entries();
    tallies(metrics, entries, "received", "of accepted bodies", SourceLedger.Entry::received);
    tallies(metrics, entries, "landed", "acknowledged", SourceLedger.Entry::landed);
    tallies(metrics, entries, "held", "acknowledged and held outside", SourceLedger.Entry::held);
    rejected(metrics, entries);
    deferred(metrics, entries);
    gauge(
        metrics,
        "firn_ingest_in_flight_exchanges",
        "Received and not yet answered.",
        entries.stream().mapToLong(e -> e.inFlight().exchanges()).sum());
    gauge(
        metrics,
        "firn_ingest_busy_ratio",
        "Part of ten minutes in which something landed.",
        view.ledger.busyFraction());
    gauge(
        metrics,
        "firn_ingest_slowed",
        "1 while writers are slowed.",
        view.ticker.slowed().isPresent() ? 1 : 0);
    gauge(metrics, "firn_buffer_bytes", "Bodies in memory.", view.buffer.usedBytes());
    gauge(
        metrics,
        "firn_buffer_limit_bytes",
        "Bodies that may be in memory.",
        view.buffer.limitBytes());
    gauge(metrics, "firn_connections", "Open connections.", view.connections());
    cache(metrics);
    passes(metrics);
    Memory memory = Memory.now();
    gauge(metrics, "firn_heap_bytes", "Heap in use.", memory.heapBytes());
    memory
        .residentBytes()
        .ifPresent(
            bytes -> gauge(metrics, "firn_resident_memory_bytes", "Resident memory.", bytes));
    gauge(metrics, "firn_disk_free_bytes", "Free on the cache's disk.", view.ticker.freeBytes());
    gauge(metrics, "firn_ready", "1 while appends are taken.", view.notReady().isEmpty() ? 1 : 0);
    gauge(
        metrics, "firn_attention", "Things that somebody should look at.", view.attention().size());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.builder().build().write(out, new MetricSnapshots(metrics));
    return out.toString(StandardCharsets.UTF_8);
  }

  private void cache(List<MetricSnapshot> metrics) {
    StatusTotals totals = StatusTotals.of(view.cacheStatus());
    gauge(metrics, "firn_cache_partitions", "Partitions.", totals.partitions());
    gauge(metrics, "firn_cache_unreadable_partitions", "Partitions in doubt.", totals.unreadable());
    gauge(metrics, "firn_cache_rows", "Live rows.", totals.rows());
    gauge(metrics, "firn_cache_data_files", "Live data files.", totals.dataFiles());
    gauge(metrics, "firn_cache_bytes", "Bytes of live data files.", totals.bytes());
    gauge(
        metrics,
        "firn_cache_held_exchanges",
        "Exchanges outside partitions in doubt.",
        totals.held());
    gauge(
        metrics,
        "firn_cache_retired_bytes",
        "Bytes of superseded generations.",
        totals.retiredBytes());
    gauge(
        metrics,
        "firn_cache_orphaned_bytes",
        "Bytes of what was never live.",
        totals.orphanedBytes());
  }

  private void passes(List<MetricSnapshot> metrics) {
    gauge(
        metrics,
        "firn_maintenance_running",
        "1 while a pass is under way.",
        view.ticker.running().isPresent() ? 1 : 0);
    view.ticker
        .lastPass()
        .ifPresent(
            pass -> {
              var document = pass.document();
              gauge(
                  metrics,
                  "firn_maintenance_last_pass_timestamp_seconds",
                  "When the last pass began.",
                  Instant.parse(document.path("at").asText()).getEpochSecond());
              gauge(
                  metrics,
                  "firn_maintenance_last_pass_seconds",
                  "How long the last pass took.",
                  document.path("elapsedMs").asLong() / 1000.0);
              document
                  .path("totals")
                  .properties()
                  .forEach(
                      total ->
                          gauge(
                              metrics,
                              "firn_maintenance_last_pass_" + snake(total.getKey()),
                              "Of the last pass.",
                              total.getValue().asDouble()));
            });
    view.ticker
        .next()
        .at()
        .ifPresent(
            at ->
                gauge(
                    metrics,
                    "firn_maintenance_next_pass_timestamp_seconds",
                    "When the next pass is due.",
                    at.getEpochSecond()));
  }

  private static String snake(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
  }

  private static void tallies(
      List<MetricSnapshot> metrics,
      List<SourceLedger.Entry> entries,
      String what,
      String meaning,
      Function<SourceLedger.Entry, Tally> of) {
    CounterSnapshot.Builder exchanges =
        CounterSnapshot.builder()
            .name("firn_ingest_" + what + "_exchanges")
            .help("Exchanges " + meaning + ".");
    CounterSnapshot.Builder rows =
        CounterSnapshot.builder()
            .name("firn_ingest_" + what + "_rows")
            .help("Rows " + meaning + ".");
    CounterSnapshot.Builder bytes =
        CounterSnapshot.builder()
            .name("firn_ingest_" + what + "_bytes")
            .help("Bytes of JSON " + meaning + ".");
    for (SourceLedger.Entry entry : entries) {
      Labels source = labels(entry);
      exchanges.dataPoint(point(source, of.apply(entry).exchanges()));
      rows.dataPoint(point(source, of.apply(entry).rows()));
      bytes.dataPoint(point(source, of.apply(entry).bytes()));
    }
    metrics.add(exchanges.build());
    metrics.add(rows.build());
    metrics.add(bytes.build());
  }

  private static void rejected(List<MetricSnapshot> metrics, List<SourceLedger.Entry> entries) {
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder()
            .name("firn_ingest_rejected_exchanges")
            .help("Exchanges of accepted bodies that did not land.");
    for (SourceLedger.Entry entry : entries) {
      for (Map.Entry<Rejection, Tally> why : entry.rejected().entrySet()) {
        counter.dataPoint(
            point(labels(entry).add("reason", why.getKey().text()), why.getValue().exchanges()));
      }
    }
    metrics.add(counter.build());
  }

  private static void deferred(List<MetricSnapshot> metrics, List<SourceLedger.Entry> entries) {
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder()
            .name("firn_ingest_deferred_requests")
            .help("Requests that were to come again.");
    for (SourceLedger.Entry entry : entries) {
      for (Map.Entry<Deferral, Long> why : entry.deferred().entrySet()) {
        counter.dataPoint(point(labels(entry).add("reason", why.getKey().text()), why.getValue()));
      }
    }
    metrics.add(counter.build());
  }

  private static Labels labels(SourceLedger.Entry entry) {
    Labels source = Labels.of("source", entry.source());
    return entry.signal().isEmpty() ? source : source.add("signal", entry.signal());
  }

  private static CounterSnapshot.CounterDataPointSnapshot point(Labels labels, long value) {
    return CounterSnapshot.CounterDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  private static void gauge(List<MetricSnapshot> metrics, String name, String help, double value) {
    metrics.add(
        GaugeSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build())
            .build());
  }
}
