package dev.firn.smoke.bench;

import dev.firn.smoke.shape.FieldPartition;
import dev.firn.smoke.shape.NarrowShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges a second through HTTP, as fast as producers can that each wait for their answer: the
 * packaged daemon and SQLite behind the same server, in turns.
 */
final class DaemonWrites {
  private static final int[] A_REQUEST = {1, 10, 100};
  private static final int[] PRODUCERS = {1, 4, 16};
  private static final int SECONDS = 2;
  private static final int COMPACTED_FILES = 600;

  /** Fewer are left as they are. */
  private static final int DUE_FILES = 40;

  private static final double LEAST_OF_SQLITE = 0.2;
  private static final String HEAP = "256m";

  private final Setting setting;
  private final AtomicLong numbers = new AtomicLong();

  private DaemonWrites(Setting setting) {
    this.setting = setting;
  }

  /**
   * How exchanges are brought.
   *
   * @param beside what else goes on, in words; empty if nothing does
   * @param sourceEach whether every producer has a source of its own
   */
  private record Way(int aRequest, int producers, boolean sourceEach, String beside) {
    String name(String engine) {
      return "%s, %d a request, %d producer%s%s%s"
          .formatted(
              engine,
              aRequest,
              producers,
              producers == 1 ? "" : "s",
              sourceEach ? " with a source each" : "",
              beside);
    }
  }

  /** What goes on beside the producers while they are measured. */
  private interface Beside {
    Map<String, Double> round(Measured measured) throws IOException;
  }

  private interface Measured {
    Map<String, Double> run() throws IOException;
  }

  /** A server and what goes on beside it. */
  private record Entrant(String name, ServerProcess server, Beside beside) {}

  static Outcome run(Setting setting) throws IOException {
    return new DaemonWrites(setting).measure();
  }

  private Outcome measure() throws IOException {
    Path root = setting.work().resolve("root");
    Path database = setting.work().resolve("jobs.db");
    List<Engine> engines = new ArrayList<>();
    List<Target> targets = new ArrayList<>();
    try (ServerProcess firn = ServerProcess.firn(setting.firn(), root);
        ServerProcess sqlite = ServerProcess.sqlite(database)) {
      List<Entrant> alone =
          List.of(
              new Entrant("Firn", firn, Measured::run),
              new Entrant("SQLite", sqlite, Measured::run));
      for (int aRequest : A_REQUEST) {
        for (int producers : PRODUCERS) {
          List<Engine> both = contest(new Way(aRequest, producers, false, ""), alone);
          engines.addAll(both);
          targets.add(against(both));
        }
      }
      try (JobProcess firnReader = reader(Jobs.FIRN_READER, root);
          JobProcess sqliteReader = reader(Jobs.SQLITE_READER, database)) {
        engines.addAll(
            contest(
                new Way(10, 4, false, ", reader beside"),
                List.of(
                    new Entrant("Firn", firn, measured -> besideReader(firnReader, measured)),
                    new Entrant(
                        "SQLite", sqlite, measured -> besideReader(sqliteReader, measured)))));
      }
      engines.addAll(contest(new Way(1, 16, true, ""), alone));
      engines.addAll(
          contest(
              new Way(10, 4, false, ", during a compaction"),
              List.of(new Entrant("Firn", firn, new Compactions(root, firn)::besides))));
    }
    return new Outcome(
        "daemon-write",
        "exchanges of %d rows of 15 columns, %.1f s a round".formatted(NarrowShape.ROWS, seconds()),
        engines,
        targets);
  }

  private double seconds() {
    return Math.max(0.02, SECONDS * Math.min(1, setting.scale()));
  }

  private JobProcess reader(String job, Path place) throws IOException {
    return new JobProcess(setting.work(), HEAP, job, List.of(place.toString()));
  }

  private static Map<String, Double> besideReader(JobProcess reader, Measured measured)
      throws IOException {
    reader.round();
    Map<String, Double> figures = measured.run();
    figures.putAll(reader.round());
    return figures;
  }

  /** The engines of one way, which take turns. */
  private List<Engine> contest(Way way, List<Entrant> entrants) throws IOException {
    List<Engine> engines =
        entrants.stream()
            .map(entrant -> new Engine(way.name(entrant.name()), entrant.server().command()))
            .toList();
    for (int round = -setting.warmUps(); round < setting.rounds(); round++) {
      for (int i = 0; i < entrants.size(); i++) {
        Entrant entrant = entrants.get(i);
        Map<String, Double> figures =
            entrant.beside().round(() -> produce(way, entrant.server().address()));
        setting
            .progress()
            .printf("  %s, round %d: %s%n", engines.get(i).name(), round + 1, figures);
        if (round >= 0) {
          engines.get(i).add(figures);
          engines.get(i).setPeakBytes(entrant.server().peakBytes());
        }
      }
    }
    return engines;
  }

  private static Target against(List<Engine> both) {
    return Target.atLeast(
        both.get(0).name() + ", against SQLite",
        both.get(0).median(Latencies.PER_SECOND) / both.get(1).median(Latencies.PER_SECOND),
        LEAST_OF_SQLITE,
        "times");
  }

  /** As many requests as are answered in the time. */
  private Map<String, Double> produce(Way way, URI server) throws IOException {
    Collection<Double> micros = new ConcurrentLinkedQueue<>();
    long end = System.nanoTime() + (long) (seconds() * 1e9);
    ExecutorService executor = Executors.newFixedThreadPool(way.producers());
    try {
      List<Future<Void>> producers = new ArrayList<>();
      Map<String, Double> figures =
          Timed.run(
              () -> {
                for (int i = 0; i < way.producers(); i++) {
                  String source = way.sourceEach() ? "producer-" + i : FirnAppends.SOURCE;
                  producers.add(executor.submit(() -> post(way, server, source, end, micros)));
                }
                for (Future<Void> producer : producers) {
                  producer.get();
                }
              });
      figures.remove(Timed.CPU_SECONDS); // its own
      double[] values = micros.stream().mapToDouble(Double::doubleValue).toArray();
      double seconds = figures.getOrDefault(Timed.SECONDS, 1.0);
      figures.put(Latencies.PER_SECOND, values.length * way.aRequest() / seconds);
      figures.put(Latencies.MEDIAN, Timed.quantile(values, 0.5));
      figures.put(Latencies.P99, Timed.quantile(values, 0.99));
      return figures;
    } catch (Exception e) {
      throw new IOException("producers failed", e);
    } finally {
      executor.shutdownNow();
    }
  }

  private @Nullable Void post(
      Way way, URI server, String source, long end, Collection<Double> micros) throws IOException {
    try (HttpPosts posts = new HttpPosts(server)) {
      do {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < way.aRequest(); i++) {
          body.writeBytes(NarrowShape.exchange(numbers.getAndIncrement()));
          body.write('\n');
        }
        long began = System.nanoTime();
        posts.postTaken(
            "/v1/datasets/" + FirnAppends.DATASET + "/append?source=" + source, body.toByteArray());
        micros.add((System.nanoTime() - began) / 1e3);
      } while (System.nanoTime() - end < 0);
    }
    return null;
  }

  /** Large partitions that are compacted one after the other, as long as producers are measured. */
  private final class Compactions {
    private final Path root;
    private final ServerProcess firn;
    private final Path made = setting.work().resolve("made");
    private int next;

    Compactions(Path root, ServerProcess firn) throws IOException {
      this.root = root;
      this.firn = firn;
      FieldPartition.create(made, setting.scaled(COMPACTED_FILES, DUE_FILES));
    }

    Map<String, Double> besides(Measured measured) throws IOException {
      String dataset = "messages_" + next++;
      Path partition = FieldPartition.copyAs(made, root, dataset);
      firn.maintain(dataset);
      Map<String, Double> figures = measured.run();
      figures.put("compactedBefore", FieldPartition.isCompacted(partition) ? 1.0 : 0.0);
      while (!FieldPartition.isCompacted(partition)) {
        LockSupport.parkNanos(10_000_000);
      }
      return figures;
    }
  }
}
