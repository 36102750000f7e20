package dev.firn.smoke.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** The same queries on all Parquet files of a directory, each with a connection of its own. */
final class DuckDbQueries implements Job {
  private final String table;
  private final int exchanges;

  DuckDbQueries(Path root, int exchanges) {
    Path data =
        root.resolve("datasets")
            .resolve(FirnAppends.DATASET)
            .resolve("source=" + FirnAppends.SOURCE)
            .resolve("table")
            .resolve("data");
    this.table = "read_parquet('" + data + "/*.parquet')";
    this.exchanges = exchanges;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Map<String, Double> figures = new LinkedHashMap<>();
    Map<String, Double> all =
        Timed.run(
            () -> {
              figures.put(
                  FirnQueries.COUNT, FirnQueries.seconds(() -> ask(FirnQueries.count(table))));
              figures.put(
                  FirnQueries.GROUP, FirnQueries.seconds(() -> ask(FirnQueries.group(table))));
              figures.put(
                  FirnQueries.RANGE,
                  FirnQueries.seconds(() -> ask(FirnQueries.range(table, exchanges))));
            });
    all.putAll(figures);
    return all;
  }

  static void ask(String query) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      if (!rows.next() || rows.getObject(1) == null) {
        throw new IOException("no answer to " + query);
      }
    }
  }
}
