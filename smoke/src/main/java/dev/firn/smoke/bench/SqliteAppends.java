package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.rows.JsonExchange;
import dev.firn.smoke.shape.NarrowShape;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * One transaction an exchange, into a table without an index, from the same JSON as Firn's; a
 * connection for each thread.
 */
final class SqliteAppends implements Job {
  private final List<Connection> connections = new ArrayList<>();
  private final List<Statement> transactions = new ArrayList<>();
  private final List<PreparedStatement> inserts = new ArrayList<>();
  private final int count;
  private final int threads;
  private long next;

  /**
   * @param journal {@code WAL} or {@code DELETE}
   * @param synchronous {@code FULL} or {@code NORMAL}
   */
  SqliteAppends(Path file, String journal, String synchronous, int count, int threads)
      throws Exception {
    this.count = count;
    this.threads = threads;
    List<String> columns = new ArrayList<>();
    row(0).fieldNames().forEachRemaining(columns::add);
    for (int i = 0; i < threads; i++) {
      Connection connection = DriverManager.getConnection(url(file));
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = " + journal);
        statement.execute("PRAGMA synchronous = " + synchronous);
        statement.execute("CREATE TABLE IF NOT EXISTS jobs (" + String.join(", ", columns) + ")");
      }
      connections.add(connection);
      transactions.add(connection.createStatement());
      inserts.add(
          connection.prepareStatement(
              "INSERT INTO jobs VALUES ("
                  + String.join(", ", Collections.nCopies(columns.size(), "?"))
                  + ")"));
    }
  }

  static String url(Path file) {
    return "jdbc:sqlite:" + file + "?busy_timeout=60000";
  }

  private static ObjectNode row(long exchange) throws Exception {
    byte[] json = NarrowShape.exchange(exchange);
    return JsonExchange.parse(json, 0, json.length).rows().get(0);
  }

  @Override
  public Map<String, Double> round() throws Exception {
    long first = next;
    next += count;
    return Latencies.measure(this::append, first, count, threads);
  }

  private void append(int thread, long number) throws Exception {
    byte[] json = NarrowShape.exchange(number);
    List<ObjectNode> rows = JsonExchange.parse(json, 0, json.length).rows();
    PreparedStatement insert = inserts.get(thread);
    // A transaction that takes the lock only at its first write fails at once if it is taken.
    transactions.get(thread).execute("BEGIN IMMEDIATE");
    for (ObjectNode row : rows) {
      int at = 1;
      for (JsonNode value : row) {
        bind(insert, at++, value);
      }
      insert.executeUpdate();
    }
    transactions.get(thread).execute("COMMIT");
  }

  static void bind(PreparedStatement insert, int at, JsonNode value) throws SQLException {
    if (value.isIntegralNumber()) {
      insert.setLong(at, value.asLong());
    } else if (value.isNumber()) {
      insert.setDouble(at, value.asDouble());
    } else if (value.isBoolean()) {
      insert.setBoolean(at, value.asBoolean());
    } else {
      insert.setString(at, value.asText());
    }
  }

  @Override
  public void close() {
    for (Connection connection : connections) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
