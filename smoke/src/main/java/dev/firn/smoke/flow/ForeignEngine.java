package dev.firn.smoke.flow;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** DuckDB, which knows nothing of Firn, reads a Parquet file. */
final class ForeignEngine {
  private ForeignEngine() {}

  /**
   * The values of a column where a condition is true.
   *
   * @throws FlowFailure if the file cannot be read
   */
  static List<String> query(Path parquet, String column, String condition) {
    List<String> values = new ArrayList<>();
    String file = parquet.toString().replace("'", "''");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT " + column + " FROM read_parquet('" + file + "') WHERE " + condition)) {
      while (result.next()) {
        values.add(result.getString(1));
      }
    } catch (SQLException e) {
      throw new FlowFailure("DuckDB cannot read " + parquet + ": " + e.getMessage());
    }
    return values;
  }
}
