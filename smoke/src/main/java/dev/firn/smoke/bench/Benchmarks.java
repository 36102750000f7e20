package dev.firn.smoke.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** The benchmarks by name. */
final class Benchmarks {

  private Benchmarks() {}

  static Map<String, Benchmark> all() {
    Map<String, Benchmark> all = new LinkedHashMap<>();
    all.put("compaction-duckdb", CompactionBenchmarks::againstDuckDb);
    all.put("compaction-iceberg", CompactionBenchmarks::againstIceberg);
    all.put("compaction-floor", CompactionBenchmarks::againstFloor);
    all.put("compaction-field", CompactionBenchmarks::field);
    all.put("append", AppendBenchmarks::oneThread);
    all.put("append-threads", AppendBenchmarks::manyThreads);
    all.put("append-growth", AppendBenchmarks::growth);
    all.put("start-help", CommandBenchmarks::help);
    all.put("start-status", CommandBenchmarks::status);
    all.put("query-sql", QueryBenchmarks::sql);
    all.put("query-partitions", QueryBenchmarks::partitions);
    all.put("idle-pass", CommandBenchmarks::idle);
    all.put("daemon-latency", DaemonLatency::run);
    all.put("daemon-write", DaemonWrites::run);
    return all;
  }
}
