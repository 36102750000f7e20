package dev.firn.smoke.bench;

import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Durable appends against SQLite, and against themselves after many of them. */
final class AppendBenchmarks {
  private static final String HEAP = "256m";
  private static final int APPENDS = 1_000;
  private static final int GROWTH = 10_000;
  private static final int THREADS = 16;

  private AppendBenchmarks() {}

  static Outcome oneThread(Setting setting) throws IOException {
    int count = setting.scaled(APPENDS, 20);
    Path work = setting.work();
    try (Contest contest = new Contest(work)) {
      Engine firn = contest.enter("Firn", HEAP, Jobs.FIRN_APPEND, work.resolve("one"), count, 1);
      contest.enter("the disk's part", HEAP, Jobs.LANDING_FLOOR, work.resolve("floor"), count);
      Engine walFull = sqlite(contest, work, "WAL", "FULL", count, 1);
      sqlite(contest, work, "WAL", "NORMAL", count, 1);
      sqlite(contest, work, "DELETE", "FULL", count, 1);
      sqlite(contest, work, "DELETE", "NORMAL", count, 1);
      contest.enterWithReader(
          "Firn, reader beside",
          HEAP,
          Jobs.FIRN_APPEND,
          Jobs.FIRN_READER,
          work.resolve("read"),
          count,
          1);
      sqliteWithReader(contest, work, "WAL", "FULL", count);
      sqliteWithReader(contest, work, "WAL", "NORMAL", count);
      sqliteWithReader(contest, work, "DELETE", "FULL", count);
      sqliteWithReader(contest, work, "DELETE", "NORMAL", count);
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "append",
          input(count, 1),
          engines,
          List.of(
              Target.atMost(
                  "median against SQLite WAL FULL",
                  firn.median(Latencies.MEDIAN) / walFull.median(Latencies.MEDIAN),
                  3,
                  "times")));
    }
  }

  static Outcome manyThreads(Setting setting) throws IOException {
    int count = setting.scaled(4 * APPENDS, 40);
    Path work = setting.work();
    try (Contest contest = new Contest(work)) {
      Engine firn =
          contest.enter("Firn", HEAP, Jobs.FIRN_APPEND, work.resolve("many"), count, THREADS);
      Engine walFull = sqlite(contest, work, "WAL", "FULL", count, THREADS);
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "append-threads",
          input(count, THREADS),
          engines,
          List.of(
              Target.atLeast(
                  "exchanges a second against SQLite WAL FULL",
                  firn.median(Latencies.PER_SECOND) / walFull.median(Latencies.PER_SECOND),
                  2,
                  "times")));
    }
  }

  static Outcome growth(Setting setting) throws IOException {
    int count = setting.scaled(GROWTH, 60);
    try (Contest contest = new Contest(setting.work())) {
      Engine firn = contest.enter("Firn", HEAP, Jobs.FIRN_GROWTH, setting.work(), count);
      List<Engine> engines =
          contest.run(
              new Setting(
                  setting.firn(), setting.work(), setting.scale(), 1, 0, setting.progress()));
      return new Outcome(
          "append-growth",
          input(count, 1),
          engines,
          List.of(
              Target.atMost(
                  "median of the last 100 against the first 100",
                  firn.median(FirnGrowth.LAST) / firn.median(FirnGrowth.FIRST),
                  1.2,
                  "times"),
              Target.atMost("metadata/", firn.median(FirnGrowth.METADATA) / 1e6, 2, "MB")));
    }
  }

  private static String input(int count, int threads) {
    return "%,d exchanges a round of %d rows of 15 columns, %d thread%s"
        .formatted(count, NarrowShape.ROWS, threads, threads == 1 ? "" : "s");
  }

  private static Engine sqlite(
      Contest contest, Path work, String journal, String synchronous, int count, int threads)
      throws IOException {
    return contest.enter(
        "SQLite " + journal + " " + synchronous,
        HEAP,
        Jobs.SQLITE_APPEND,
        work.resolve("%s-%s-%d.db".formatted(journal, synchronous, threads)),
        count,
        threads,
        journal,
        synchronous);
  }

  private static void sqliteWithReader(
      Contest contest, Path work, String journal, String synchronous, int count)
      throws IOException {
    contest.enterWithReader(
        "SQLite " + journal + " " + synchronous + ", reader beside",
        HEAP,
        Jobs.SQLITE_APPEND,
        Jobs.SQLITE_READER,
        work.resolve("%s-%s-read.db".formatted(journal, synchronous)),
        count,
        1,
        journal,
        synchronous);
  }
}
