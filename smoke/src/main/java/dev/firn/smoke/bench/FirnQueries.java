package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Queries over the exchanges of one partition. */
final class FirnQueries implements Job {
  static final String COUNT = "countSeconds";
  static final String GROUP = "groupSeconds";
  static final String RANGE = "rangeSeconds";
  static final String FILES_READ = "filesRead";
  static final int EXCHANGES_IN_RANGE = 20;

  private final FirnSql firn;
  private final long rows;
  private final String range;

  FirnQueries(FirnSql firn, int exchanges) {
    this.firn = firn;
    this.rows = (long) exchanges * NarrowShape.ROWS;
    this.range = range(FirnAppends.DATASET, exchanges);
  }

  static String count(String table) {
    return "SELECT count(*) FROM " + table;
  }

  static String group(String table) {
    return "SELECT state, count(*), avg(duration_s) FROM " + table + " GROUP BY state ORDER BY 1";
  }

  /** Of {@link #EXCHANGES_IN_RANGE} exchanges in the middle. */
  static String range(String table, int exchanges) {
    long first = NarrowShape.FIRST_STARTED_AT + exchanges / 2 * 1_000L;
    long end = first + EXCHANGES_IN_RANGE * 1_000L;
    return count(table) + " WHERE started_at >= " + first + " AND started_at < " + end;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Map<String, Double> figures = new LinkedHashMap<>();
    JsonNode[] answer = {NullNode.instance};
    Map<String, Double> all =
        Timed.run(
            () -> {
              figures.put(COUNT, seconds(() -> answer[0] = firn.ask(count(FirnAppends.DATASET))));
              require(answer[0].path("rows").path(0), rows);
              figures.put(GROUP, seconds(() -> firn.ask(group(FirnAppends.DATASET))));
              figures.put(RANGE, seconds(() -> answer[0] = firn.ask(range)));
            });
    require(answer[0].path("rows").path(0), EXCHANGES_IN_RANGE * (long) NarrowShape.ROWS);
    figures.put(FILES_READ, answer[0].path(FILES_READ).asDouble());
    all.putAll(figures);
    return all;
  }

  static double seconds(Timed.Work work) throws Exception {
    long started = System.nanoTime();
    work.run();
    return (System.nanoTime() - started) / 1e9;
  }

  private static void require(JsonNode row, long count) throws IOException {
    if (row.elements().next().asLong() != count) {
      throw new IOException("expected " + count + ", found " + row);
    }
  }
}
