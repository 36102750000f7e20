package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.Firn;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.RealMaintenance;
import dev.firn.core.disk.LocalDisk;
import dev.firn.smoke.shape.NarrowShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code firn query sql}, from its arguments to its answer, in a JVM that is up. */
final class FirnQueries implements Job {
  static final String COUNT = "countSeconds";
  static final String GROUP = "groupSeconds";
  static final String RANGE = "rangeSeconds";
  static final String FILES_READ = "filesRead";
  static final int EXCHANGES_IN_RANGE = 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final Path home;
  private final long rows;
  private final String range;

  /**
   * @param home where the native library is unpacked
   */
  FirnQueries(Path root, Path home, int exchanges) {
    this.root = root;
    this.home = home;
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
    JsonNode[] answer = {JSON.nullNode()};
    Map<String, Double> all =
        Timed.run(
            () -> {
              figures.put(COUNT, seconds(() -> answer[0] = ask(count(FirnAppends.DATASET))));
              require(answer[0].path("rows").path(0), rows);
              figures.put(GROUP, seconds(() -> ask(group(FirnAppends.DATASET))));
              figures.put(RANGE, seconds(() -> answer[0] = ask(range)));
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

  private JsonNode ask(String query) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment =
        new Environment(
            out,
            err,
            InputStream.nullInputStream(),
            false,
            false,
            Map.of(),
            home,
            InstantSource.system(),
            new LocalDisk(),
            new RealMaintenance(),
            action -> {});
    String[] arguments = {"--root", root.toString(), "--json", "query", "sql", query};
    if (Firn.run(arguments, environment) != 0) {
      throw new IOException(err.toString(StandardCharsets.UTF_8));
    }
    return JSON.readTree(out.toByteArray());
  }
}
