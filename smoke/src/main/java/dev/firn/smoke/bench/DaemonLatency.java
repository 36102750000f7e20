package dev.firn.smoke.bench;

import dev.firn.smoke.shape.FieldPartition;
import dev.firn.smoke.shape.FieldShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long exchanges take that arrive while the daemon compacts a large partition, against those
 * that arrive while it does not: the same rate, in turns, in the same process.
 */
final class DaemonLatency {
  private static final int EXCHANGES = 600;
  private static final int DUE_FILES = 40;
  private static final int PER_SECOND = 100;
  private static final int ALONE_SECONDS = 10;
  private static final long PATIENCE_NANOS = 600_000_000_000L;
  private static final String MAX = "maxMicros";

  private final Setting setting;
  private final Path root;
  private final Engine alone;
  private final Engine beside;
  private final List<Double> allAlone = new ArrayList<>();
  private final List<Double> allBeside = new ArrayList<>();

  private DaemonLatency(Setting setting, Path root, ServerProcess daemon) {
    this.setting = setting;
    this.root = root;
    this.alone = new Engine("no compaction", daemon.command());
    this.beside = new Engine("during a compaction", daemon.command());
  }

  static Outcome run(Setting setting) throws IOException {
    int exchanges = setting.scaled(EXCHANGES, DUE_FILES);
    Path made = setting.work().resolve("made");
    FieldPartition.create(made, exchanges);
    Path root = Files.createDirectory(setting.work().resolve("root"));
    for (int round = -setting.warmUps(); round < setting.rounds(); round++) {
      FieldPartition.copyAs(made, root, dataset(round));
    }
    try (ServerProcess daemon = ServerProcess.firn(setting.firn(), root)) {
      DaemonLatency latency = new DaemonLatency(setting, root, daemon);
      latency.measure(daemon);
      return latency.outcome(exchanges);
    }
  }

  private static String dataset(int round) {
    return "messages_" + (round + 1_000);
  }

  private void measure(ServerProcess daemon) throws IOException {
    OpenLoop load = new OpenLoop(daemon.address(), PER_SECOND);
    long aloneNanos = (long) (ALONE_SECONDS * 1e9 * Math.min(1, setting.scale()));
    for (int round = -setting.warmUps(); round < setting.rounds(); round++) {
      long began = System.nanoTime();
      add(round, alone, allAlone, load.run(() -> System.nanoTime() - began < aloneNanos), began);
      String dataset = dataset(round);
      daemon.maintain(dataset);
      long asked = System.nanoTime();
      Path partition = root.resolve("datasets").resolve(dataset).resolve("source=claude");
      add(round, beside, allBeside, load.run(() -> !isCompacted(partition, asked)), asked);
    }
    alone.setPeakBytes(daemon.peakBytes());
    beside.setPeakBytes(daemon.peakBytes());
  }

  /** True as soon as the generation before is marked as retired, which is after the swap. */
  private static boolean isCompacted(Path partition, long asked) {
    if (System.nanoTime() - asked > PATIENCE_NANOS) {
      throw new IllegalStateException(partition + " was not compacted in ten minutes");
    }
    return FieldPartition.isCompacted(partition);
  }

  private void add(int round, Engine engine, List<Double> all, List<Double> micros, long began) {
    double[] values = micros.stream().mapToDouble(Double::doubleValue).toArray();
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(Timed.SECONDS, (System.nanoTime() - began) / 1e9);
    figures.put(Latencies.MEDIAN, Timed.quantile(values, 0.5));
    figures.put(Latencies.P99, Timed.quantile(values, 0.99));
    figures.put(MAX, Timed.quantile(values, 1));
    setting.progress().printf("  %s, round %d: %s%n", engine.name(), round + 1, figures);
    if (round >= 0) {
      engine.add(figures);
      all.addAll(micros);
    }
  }

  private Outcome outcome(int exchanges) {
    return new Outcome(
        "daemon-latency",
        "%d exchanges a second, %d without a compaction and %d while %,d files of %,d rows were compacted"
            .formatted(
                PER_SECOND,
                allAlone.size(),
                allBeside.size(),
                exchanges,
                (long) exchanges * FieldShape.ROWS),
        List.of(alone, beside),
        List.of(
            Target.atMost(
                "p99 of all during a compaction against without",
                p99(allBeside) / p99(allAlone),
                3,
                "times")));
  }

  private static double p99(List<Double> micros) {
    return Timed.quantile(micros.stream().mapToDouble(Double::doubleValue).toArray(), 0.99);
  }
}
