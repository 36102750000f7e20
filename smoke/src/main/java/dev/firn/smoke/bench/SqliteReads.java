package dev.firn.smoke.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Counts the rows of the table, over a connection that stays open. */
final class SqliteReads implements Reader.Reads {
  private final Statement statement;

  SqliteReads(Path file) throws SQLException {
    Connection connection = DriverManager.getConnection(SqliteAppends.url(file));
    this.statement = connection.createStatement();
  }

  @Override
  public void read() throws SQLException {
    try (ResultSet result = statement.executeQuery("SELECT count(*) FROM jobs")) {
      result.next();
    }
  }
}
