package dev.firn.cli;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.core.testing.ForeignTable;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries that ask for numbers of rows alone, held against the same ones that read the files. */
class SqlCountTest {
  private static final String READS_FILES = "READ_PARQUET";

  @TempDir Path home;

  private CommandRun run(Path root) {
    return new CommandRun(home).with("FIRN_ROOT", root.toString());
  }

  private CommandRun run() {
    return run(home.resolve("cache"));
  }

  private static Result sql(CommandRun run, String query) {
    return run.run("query", "sql", query, "--format", "csv");
  }

  private static String answer(CommandRun run, String query) {
    Result result = sql(run, query);
    assertThat(result.code()).as(query + result.err()).isZero();
    return result.out();
  }

  private static boolean readsFiles(CommandRun run, String query) {
    return answer(run, "EXPLAIN " + query).contains(READS_FILES);
  }

  /** Four rows of source a, of which one is held and one landed, and one of source b. */
  private CommandRun jobs() throws Exception {
    CommandRun run = run();
    append(run, "a", "{\"id\":1,\"kind\":\"x\"}");
    append(run, "a", "{\"id\":2,\"kind\":\"y\"}");
    append(run, "b", "{\"id\":3}");
    Path cursor = home.resolve("cache/datasets/jobs/source=a/cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);
    assertThat(run.reading("{\"id\":4}").run("append", "jobs", "--source", "a").code())
        .isEqualTo(3);
    Files.write(cursor, whole);
    return run;
  }

  private static void append(CommandRun run, String source, String lines) {
    Result result = run.reading(lines).run("append", "jobs", "--source", source);
    assertThat(result.code()).as(result.err()).isZero();
  }

  @Test
  void aQueryForNumbersOfRowsReadsNoRows() throws Exception {
    CommandRun run = jobs();
    for (String query :
        List.of(
            "SELECT count(*) FROM %s",
            "select COUNT(1) as n from %s;",
            "FROM %s SELECT count()",
            "SELECT count(*) + 1 AS n, 'x' FROM %s AS j HAVING n > 1",
            "SELECT source, count(*) FROM %s GROUP BY source ORDER BY 2 DESC, source",
            "SELECT j.\"SOURCE\" AS s, count(*) AS n FROM %s j GROUP BY ALL ORDER BY n, s",
            "SELECT upper(source), count(DISTINCT source) FROM %s WHERE source <> 'b' GROUP BY 1",
            "SELECT count(*) FILTER (source = 'a') FROM %s LIMIT 1",
            "SELECT DISTINCT source FROM %s ORDER BY source",
            "SELECT CASE WHEN source IN ('a') THEN 1 END AS k, count(*) FROM %s GROUP BY k ORDER BY k")) {
      String counted = query.formatted("main.Jobs");
      assertThat(readsFiles(run, counted)).as(query).isFalse();
      assertThat(answer(run, counted))
          .as(query)
          .isEqualTo(answer(run, query.formatted("(FROM jobs)")));
    }
    assertThat(answer(run, "SELECT count(*) FROM jobs WHERE source = 'a'"))
        .isEqualTo("count_star()\r\n3\r\n");
  }

  @Test
  void aQueryForAnythingElseReadsThem() throws Exception {
    CommandRun run = jobs();
    for (String query :
        List.of(
            "SELECT count(id) FROM jobs",
            "SELECT * FROM jobs",
            "SELECT COLUMNS(*) FROM jobs",
            "SELECT jobs FROM jobs",
            "SELECT #1 FROM jobs",
            "SELECT count(*) FROM jobs WHERE id > 1",
            "SELECT source AS id, count(*) FROM jobs WHERE id = 3 GROUP BY source",
            "SELECT source, count(*) FROM jobs GROUP BY source ORDER BY max(id)",
            "SELECT count(*) FROM jobs a JOIN jobs b USING (id)",
            "SELECT count(*) FROM jobs WHERE EXISTS (SELECT 1 FROM jobs b WHERE b.id = 7)",
            "SELECT count(*) FROM jobs t(a, b) WHERE a = 1",
            "SELECT count(*) FROM jobs HAVING max(kind) = 'y'",
            "SELECT source FROM jobs QUALIFY row_number() OVER (ORDER BY id) = 1",
            "SELECT list_transform([source], lambda x: id) FROM jobs",
            "WITH j AS (FROM jobs WHERE id > 2) SELECT count(*) FROM j")) {
      assertThat(readsFiles(run, query)).as(query).isTrue();
    }
    assertThat(answer(run, "SELECT count(kind), max(id) FROM jobs"))
        .isEqualTo("count(kind),max(id)\r\n2,4\r\n");
  }

  @Test
  void deletedRowsAndRowsThatAreNotPublishedAreCountedRight() throws Exception {
    ForeignTable table =
        ForeignTable.create(
            home.resolve("cache"),
            new Schema(
                required(1, "id", Types.IntegerType.get()),
                optional(2, "source", Types.StringType.get())),
            2);
    DataFile first = table.append(table.row(1, "s"), table.row(2, "s"), table.row(3, "t")).get(0);
    table.delete(table.positionDeletes(first, 1));
    table.delete(table.equalityDeletes(List.of("source"), table.row(0, "t")));
    CommandRun run = run();
    String dataset = table.partition().dataset();
    assertThat(counted(run, dataset)).isEqualTo(1);
    try (Cache cache = Cache.open(home.resolve("cache"))) {
      CacheWriter writer = cache.writer(dataset, table.partition().keys());
      writer.append("{\"id\":9}");
      assertThat(counted(run, dataset)).isEqualTo(2);
    }
    assertThat(readsFiles(run, "SELECT source, count(*) FROM %s GROUP BY 1".formatted(dataset)))
        .as("a column, not the key of its name")
        .isTrue();
  }

  /** Both ways. */
  private static int counted(CommandRun run, String dataset) {
    String query = "SELECT count(*) AS n FROM " + dataset;
    assertThat(readsFiles(run, query)).isFalse();
    String counted = answer(run, query);
    assertThat(answer(run, "SELECT count(*) AS n FROM (FROM %s)".formatted(dataset)))
        .isEqualTo(counted);
    return Integer.parseInt(counted.split("\\s+")[1]);
  }

  @Test
  void damageIsNoNumber() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    CommandRun run = run(root);
    String query = "SELECT count(*) AS n FROM otel_events";
    String truth = answer(run, query);
    Path file = anyFile(root.resolve("datasets/otel_events"));
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(3);
    for (int i = 0; i < 12; i++) {
      byte[] damaged = whole.clone();
      damaged[whole.length - 1 - random.nextInt(600)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      Result result = sql(run, query);
      if (result.code() == 0) {
        assertThat(result.out()).isEqualTo(truth);
      } else {
        assertThat(result.code()).isEqualTo(3);
        assertThat(result.err()).contains(file.toString());
      }
    }
    Files.delete(file);
    Result missing = sql(run, query);
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains(file.toString());
    assertThat(missing.out()).isEmpty();
  }

  private static Path anyFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(f -> f.toString().endsWith(".parquet"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }
}
