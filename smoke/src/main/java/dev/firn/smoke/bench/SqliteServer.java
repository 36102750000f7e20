package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.daemon.http.BodyReader;
import dev.firn.cli.daemon.http.Reply;
import dev.firn.core.rows.JsonExchange;
import dev.firn.smoke.shape.NarrowShape;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * SQLite behind the HTTP server that the daemon has: bodies come whole, 32 threads parse them with
 * the daemon's parser, and each request is one transaction of one connection, journal WAL,
 * synchronous FULL. One connection that all wait for in turn is the fastest way: several would find
 * the database locked and sleep.
 */
public final class SqliteServer extends Handler.Abstract {
  static final String TABLE = "jobs";
  private static final int THREADS = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ExecutorService workers = Executors.newFixedThreadPool(THREADS);
  private final Connection connection;
  private final PreparedStatement insert;

  private SqliteServer(Path file) throws Exception {
    List<String> columns = new ArrayList<>();
    parse(NarrowShape.exchange(0), 0, NarrowShape.exchange(0).length)
        .get(0)
        .fieldNames()
        .forEachRemaining(columns::add);
    this.connection = DriverManager.getConnection(SqliteAppends.url(file));
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("CREATE TABLE " + TABLE + " (" + String.join(", ", columns) + ")");
    }
    connection.setAutoCommit(false);
    this.insert =
        connection.prepareStatement(
            "INSERT INTO "
                + TABLE
                + " VALUES ("
                + String.join(", ", Collections.nCopies(columns.size(), "?"))
                + ")");
  }

  /** {@code SqliteServer FILE}: listens until it is killed. */
  public static void main(String[] arguments) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(16, 4, 60_000);
    Server server = new Server(threads);
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(new SqliteServer(Path.of(arguments[0])));
    server.start();
    System.out.println("Listening on http://127.0.0.1:" + connector.getLocalPort());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    BodyReader.read(
        request,
        PATIENCE,
        new BodyReader.Sink() {
          @Override
          public boolean take(ByteBuffer bytes) {
            byte[] taken = new byte[bytes.remaining()];
            bytes.get(taken);
            body.writeBytes(taken);
            return true;
          }

          @Override
          public void end() {
            workers.execute(() -> answer(body.toByteArray(), response, callback));
          }

          @Override
          public void fail(Throwable reason) {
            callback.failed(reason);
          }
        });
    return true;
  }

  private void answer(byte[] body, Response response, Callback callback) {
    try {
      List<ObjectNode> rows = new ArrayList<>();
      for (int start = 0; start < body.length; ) {
        int end = start;
        while (end < body.length && body[end] != '\n') {
          end++;
        }
        rows.addAll(parse(body, start, end - start));
        start = end + 1;
      }
      commit(rows);
      Reply.json(response, callback, 200, json -> json.writeNumberField("rows", rows.size()));
    } catch (Exception e) {
      callback.failed(e);
    }
  }

  private static List<ObjectNode> parse(byte[] json, int start, int length) throws Exception {
    return JsonExchange.parse(json, start, length).rows();
  }

  private synchronized void commit(List<ObjectNode> rows) throws SQLException {
    for (ObjectNode row : rows) {
      int at = 1;
      for (JsonNode value : row) {
        SqliteAppends.bind(insert, at++, value);
      }
      insert.addBatch();
    }
    insert.executeBatch();
    connection.commit();
  }
}
