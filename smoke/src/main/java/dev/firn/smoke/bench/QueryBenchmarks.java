package dev.firn.smoke.bench;

import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.smoke.shape.NarrowShape;
import java.nio.file.Path;
import java.util.List;

/** SQL over many small files, as they landed, against DuckDB on the same files. */
final class QueryBenchmarks {
  private static final int FILES = 3_529;
  private static final int PARTITIONS = 2_000;

  private QueryBenchmarks() {}

  static Outcome sql(Setting setting) throws Exception {
    int files = setting.scaled(FILES, 2 * FirnQueries.EXCHANGES_IN_RANGE);
    Path work = setting.work();
    Path tiny = work.resolve("tiny");
    Path compacted = work.resolve("compacted");
    fill(tiny, files);
    fill(compacted, files);
    FirnCompaction.compact(compacted);
    try (Contest contest = new Contest(work)) {
      Engine firn = contest.enter("Firn", "512m", Jobs.FIRN_QUERY, tiny, work, files);
      Engine duckDb =
          contest.enter("DuckDB on the files", "512m", Jobs.DUCKDB_QUERY, tiny, work, files);
      Engine after =
          contest.enter("Firn, compacted", "512m", Jobs.FIRN_QUERY, compacted, work, files);
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "query-sql",
          "%,d files as they landed, %,d rows of 15 columns"
              .formatted(files, files * NarrowShape.ROWS),
          engines,
          List.of(
              ratio("count against DuckDB's", firn, duckDb, FirnQueries.COUNT),
              ratio("group-by against DuckDB's", firn, duckDb, FirnQueries.GROUP),
              Target.atMost(
                  "count of what was compacted against before",
                  after.median(FirnQueries.COUNT) / firn.median(FirnQueries.COUNT),
                  1,
                  "times"),
              Target.atMost(
                  "files read for " + FirnQueries.EXCHANGES_IN_RANGE + " exchanges",
                  firn.median(FirnQueries.FILES_READ),
                  FirnQueries.EXCHANGES_IN_RANGE,
                  "files")));
    }
  }

  static Outcome partitions(Setting setting) throws Exception {
    int partitions = setting.scaled(PARTITIONS, 20);
    Path work = setting.work();
    Path root = work.resolve("partitions");
    ManyPartitions.create(root, partitions);
    try (Contest contest = new Contest(work)) {
      Engine firn = contest.enter("Firn", "512m", Jobs.FIRN_PARTITIONS, root, work);
      Engine duckDb =
          contest.enter("DuckDB on the files", "512m", Jobs.DUCKDB_PARTITIONS, root, work);
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "query-partitions",
          "%,d partitions of 3 files each, as they landed".formatted(partitions),
          engines,
          List.of(
              ratio("group-by against DuckDB's", firn, duckDb, PartitionQueries.GROUP),
              ratio("count by source against DuckDB's", firn, duckDb, PartitionQueries.COUNT)));
    }
  }

  private static Target ratio(String what, Engine firn, Engine peer, String figure) {
    return Target.atMost(what, firn.median(figure) / peer.median(figure), 1.3, "times");
  }

  /** One file an exchange, all published. */
  private static void fill(Path root, int files) throws Exception {
    try (Cache cache = Cache.open(root)) {
      CacheWriter writer = cache.writer(FirnAppends.DATASET, FirnAppends.SOURCE);
      for (int exchange = 0; exchange < files; exchange++) {
        FirnAppends.append(writer, NarrowShape.exchange(exchange));
      }
    }
  }
}
