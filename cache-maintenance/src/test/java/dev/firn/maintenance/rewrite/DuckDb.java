package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;

/** Writes and reads Parquet files with code that shares nothing with the rewriter's. */
final class DuckDb implements AutoCloseable {
  private final Connection connection;

  DuckDb() throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    execute("SET threads = 1");
    execute("SET TimeZone = 'UTC'");
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Each row of a file as text, in their order. */
  List<String> rows(Path file) throws SQLException {
    return rows("SELECT row::VARCHAR FROM read_parquet('" + file + "') row");
  }

  List<String> rows(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }

  /** Rewrites a file twice into one, and compares the rows. */
  void assertPassesThrough(Schema schema, RewriteLimits limits, Path file)
      throws IOException, SQLException {
    byte[] bytes = Files.readAllBytes(file);
    Rewrites rewrites =
        Rewrites.rewrite(
            schema, limits, List.of(Rewrites.input("a", bytes), Rewrites.input("b", bytes)));
    Path out = file.resolveSibling("out.parquet");
    Files.write(out, rewrites.outputs.get("out-0").bytes());
    List<String> expected = new ArrayList<>(rows(file));
    expected.addAll(List.copyOf(expected));
    List<String> found = rows(out);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).isEqualTo(expected.get(i));
    }
    assertThat(rewrites.result.proof().contentProved()).isTrue();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
