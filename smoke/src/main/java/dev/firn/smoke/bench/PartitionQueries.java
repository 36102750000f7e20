package dev.firn.smoke.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Queries over all partitions of {@link ManyPartitions}. */
final class PartitionQueries implements Job {
  static final String GROUP = "groupSeconds";
  static final String COUNT = "countBySourceSeconds";

  private final Asked asked;
  private final String table;

  /** Answers a query. */
  @FunctionalInterface
  interface Asked {
    void ask(String query) throws Exception;
  }

  PartitionQueries(Asked asked, String table) {
    this.asked = asked;
    this.table = table;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Map<String, Double> figures = new LinkedHashMap<>();
    Map<String, Double> all =
        Timed.run(
            () -> {
              figures.put(GROUP, FirnQueries.seconds(() -> asked.ask(FirnQueries.group(table))));
              figures.put(
                  COUNT,
                  FirnQueries.seconds(
                      () ->
                          asked.ask("SELECT source, count(*) FROM " + table + " GROUP BY source")));
            });
    all.putAll(figures);
    return all;
  }
}
