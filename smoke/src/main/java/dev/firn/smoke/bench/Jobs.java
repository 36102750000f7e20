package dev.firn.smoke.bench;

import java.nio.file.Path;
import java.util.List;

/** The jobs by name. */
final class Jobs {
  static final String FIRN_COMPACTION = "firn-compaction";
  static final String DUCKDB_COMPACTION = "duckdb-compaction";
  static final String ICEBERG_COMPACTION = "iceberg-compaction";
  static final String FLOOR = "floor";
  static final String FIRN_APPEND = "firn-append";
  static final String FIRN_READER = "firn-reader";
  static final String FIRN_GROWTH = "firn-growth";
  static final String LANDING_FLOOR = "landing-floor";
  static final String SQLITE_APPEND = "sqlite-append";
  static final String SQLITE_READER = "sqlite-reader";
  static final String FIRN_QUERY = "firn-query";
  static final String DUCKDB_QUERY = "duckdb-query";
  static final String FIRN_PARTITIONS = "firn-partitions";
  static final String DUCKDB_PARTITIONS = "duckdb-partitions";

  private Jobs() {}

  static Job create(String name, List<String> arguments) throws Exception {
    Path first = Path.of(arguments.get(0));
    return switch (name) {
      case FIRN_COMPACTION -> new FirnCompaction(first, Path.of(arguments.get(1)));
      case DUCKDB_COMPACTION -> new DuckDbCompaction(first, Path.of(arguments.get(1)));
      case ICEBERG_COMPACTION -> new IcebergCompaction(first, Path.of(arguments.get(1)));
      case FLOOR -> new CompactionFloor(first);
      case FIRN_APPEND ->
          new FirnAppends(first, number(arguments.get(1)), number(arguments.get(2)));
      case FIRN_READER -> new Reader(new FirnReads(first));
      case FIRN_GROWTH -> new FirnGrowth(first, number(arguments.get(1)));
      case LANDING_FLOOR -> new LandingFloor(first, number(arguments.get(1)));
      case SQLITE_APPEND ->
          new SqliteAppends(
              first,
              arguments.get(3),
              arguments.get(4),
              number(arguments.get(1)),
              number(arguments.get(2)));
      case SQLITE_READER -> new Reader(new SqliteReads(first));
      case FIRN_QUERY ->
          new FirnQueries(new FirnSql(first, Path.of(arguments.get(1))), number(arguments.get(2)));
      case DUCKDB_QUERY -> new DuckDbQueries(first, number(arguments.get(2)));
      case FIRN_PARTITIONS ->
          new PartitionQueries(new FirnSql(first, Path.of(arguments.get(1)))::ask, "jobs");
      case DUCKDB_PARTITIONS ->
          new PartitionQueries(
              DuckDbQueries::ask,
              "read_parquet('"
                  + first
                  + "/datasets/jobs/*/table/data/*.parquet', hive_partitioning=true)");
      default -> throw new IllegalArgumentException("no job " + name);
    };
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }
}
