package dev.firn.cli;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.Results;
import dev.firn.cli.sql.SqlEngine;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.testing.ForeignTable;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a query sees of tables with a history, and of what happens beside it. */
class SqlSnapshotTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.IntegerType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(3, "n", Types.IntegerType.get()),
          optional(
              4,
              "s",
              Types.StructType.of(
                  optional(5, "a", Types.IntegerType.get()),
                  optional(6, "b", Types.StringType.get()))),
          optional(7, "l", Types.ListType.ofOptional(8, Types.LongType.get())),
          optional(9, "d", Types.DecimalType.of(10, 2)));

  @TempDir Path home;

  private CommandRun run() {
    return new CommandRun(home).maintaining().with("FIRN_ROOT", home.resolve("cache").toString());
  }

  private static Result sql(CommandRun run, String query, String... more) {
    List<String> args = new ArrayList<>(List.of("query", "sql", query));
    args.addAll(List.of(more));
    return run.run(args.toArray(String[]::new));
  }

  private static List<String> rows(CommandRun run, String dataset) throws IOException {
    Result result = sql(run, "FROM " + dataset, "--format", "jsonl");
    assertThat(result.code()).as(result.err()).isZero();
    List<String> rows = new ArrayList<>();
    for (String line : result.lines()) {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      row.remove("source");
      rows.add(RowMeaning.of(row).replace("\"a\":null,", "")); // null in a struct is as if absent
    }
    return rows.stream().sorted().toList();
  }

  /** As Iceberg's own reader has them. */
  private static List<String> trueRows(CommandRun run, String dataset) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : run.run("query", "rows", dataset).lines()) {
      rows.add(RowMeaning.of(JSON.readTree(line)));
    }
    return rows.stream().sorted().toList();
  }

  private void assertSameRows(ForeignTable table, int count) throws IOException {
    CommandRun run = run();
    String dataset = table.partition().dataset();
    assertThat(rows(run, dataset)).hasSize(count).isEqualTo(trueRows(run, dataset));
  }

  private ForeignTable table(int version) throws IOException {
    return ForeignTable.create(home.resolve("cache"), SCHEMA, version);
  }

  @Test
  void columnsAreFoundByFieldIdWhateverTheirNamesWere() throws Exception {
    ForeignTable table = table(2);
    table.append(
        table.row(1, "one", 10, null, null, null), table.row(2, "two", null, null, null, null));
    table.table().updateSchema().renameColumn("name", "title").commit();
    table.table().updateSchema().addColumn("name", Types.LongType.get()).commit();
    table
        .table()
        .updateSchema()
        .updateColumn("n", Types.LongType.get())
        .updateColumn("d", Types.DecimalType.of(20, 2))
        .deleteColumn("l")
        .moveFirst("d")
        .commit();
    table.table().updateSchema().addColumn("odd \"name\" ä", Types.StringType.get()).commit();
    table.append(table.row(null, 3, "three", 1L << 40, null, 7L, "o"));

    assertSameRows(table, 3);
    assertThat(
            sql(
                    run(),
                    "SELECT title, \"name\", n FROM foreign_rows WHERE n > 5 ORDER BY id"
                        .replace("foreign_rows", table.partition().dataset()),
                    "--format",
                    "csv")
                .out())
        .isEqualTo("title,name,n\r\none,,10\r\nthree,7,1099511627776\r\n");
  }

  @Test
  void nestedFieldsThatWereRenamedKeepTheirValues() throws Exception {
    ForeignTable table = table(2);
    table.append(table.row(1, "one", 1, new Object[] {5, "x"}, List.of(1L), null));
    table.table().updateSchema().renameColumn("s.a", "c").commit();
    table.table().updateSchema().addColumn("s", "a", Types.StringType.get()).commit();

    assertSameRows(table, 1);
  }

  @Test
  void deletesOfEveryKindAreHonoured() throws Exception {
    ForeignTable table = table(2);
    DataFile first =
        table
            .append(
                table.row(1, "a", 1, null, null, null),
                table.row(2, "b", 2, null, null, null),
                table.row(3, "c", 3, null, null, null),
                table.row(4, "d", 4, null, null, null))
            .get(0);
    table.append(table.row(5, "e", 5, null, null, null));
    table.delete(table.positionDeletes(first, 1, 2));
    table.delete(table.equalityDeletes(List.of("name"), table.row(0, "e", null, null, null, null)));
    table.append(table.row(6, "e", 6, null, null, null));

    assertSameRows(table, 3);
    assertThat(sql(run(), "SELECT count(*) AS n FROM " + table.partition().dataset()).out())
        .contains("n\n3\n");
  }

  @Test
  void deletionVectorsAreHonoured() throws Exception {
    ForeignTable table = table(3);
    DataFile file =
        table
            .append(
                table.row(1, "a", 1, null, null, null),
                table.row(2, "b", 2, null, null, null),
                table.row(3, "c", 3, null, null, null))
            .get(0);
    table.delete(table.deletionVector(file, 0, 2));

    assertSameRows(table, 1);
  }

  @Test
  void partitionsWithOtherTypesAreUnited() throws Exception {
    CommandRun run = run();
    append(run, "a", "{\"id\":1,\"v\":1,\"only\":true}");
    append(run, "b", "{\"id\":5000000000,\"v\":\"text\"}");
    append(run, "c", "{\"id\":2,\"V\":2.5}");

    assertThat(sql(run, "DESCRIBE jobs", "--format", "csv").out())
        .contains("id,BIGINT", "v,VARCHAR", "V_2,DOUBLE", "only,BOOLEAN", "source,VARCHAR");
    assertThat(sql(run, "SELECT id, v, v_2, source FROM jobs ORDER BY id", "--format", "csv").out())
        .isEqualTo("id,v,V_2,source\r\n1,1,,a\r\n2,,2.5,c\r\n5000000000,text,,b\r\n");
    assertThat(sql(run, "SELECT id FROM jobs WHERE v = 'text'", "--format", "csv").out())
        .isEqualTo("id\r\n5000000000\r\n");
  }

  private static void append(CommandRun run, String source, String lines) {
    Result result = run.reading(lines).run("append", "jobs", "--source", source);
    assertThat(result.code()).as(result.err()).isZero();
  }

  @Test
  void heldRowsAreThereWhileTheirPartitionIsUnreadable() throws Exception {
    CommandRun run = run();
    append(run, "a", "{\"id\":1}");
    append(run, "b", "{\"id\":2}");
    Path cursor = home.resolve("cache/datasets/jobs/source=a/cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);
    Result held = run.reading("{\"id\":3,\"new\":\"x\"}").run("append", "jobs", "--source", "a");
    assertThat(held.code()).isEqualTo(3);

    Result damaged =
        sql(run, "SELECT id, \"new\", source FROM jobs ORDER BY id", "--format", "csv");

    assertThat(damaged.code()).isEqualTo(3);
    assertThat(damaged.err()).contains("source=a is unreadable and left out");
    assertThat(damaged.out()).isEqualTo("id,new,source\r\n2,,b\r\n3,x,a\r\n");

    Files.write(cursor, whole);
    assertThat(sql(run, "SELECT id FROM jobs ORDER BY id", "--format", "csv").out())
        .as("mended, not landed yet")
        .isEqualTo("id\r\n1\r\n2\r\n3\r\n");

    append(run, "a", "{\"id\":4}");
    assertThat(sql(run, "SELECT id FROM jobs ORDER BY id", "--format", "csv").out())
        .isEqualTo("id\r\n1\r\n2\r\n3\r\n4\r\n");
  }

  @Test
  void aFileWithoutFieldIdsIsNamedInsteadOfShowingNulls() throws Exception {
    ForeignTable table = table(2);
    table.append(table.row(1, "a", 1, null, null, null));
    Path file = table.generation().paths().data().resolve("imported.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (SELECT 2::INTEGER AS id, 'b' AS name) TO '%s'".formatted(file));
    }
    table.commit(
        List.of(
            DataFiles.builder(table.table().spec())
                .withPath(file.toUri().toString())
                .withFileSizeInBytes(Files.size(file))
                .withRecordCount(1)
                .withFormat(FileFormat.PARQUET)
                .build()));

    Result result = sql(run(), "FROM " + table.partition().dataset());

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains(file + ": expected field ids");

    String mapping =
        "[{\"field-id\": 1, \"names\": [\"id\"]}, {\"field-id\": 2, \"names\": [\"name\"]}]";
    table.table().updateProperties().set("schema.name-mapping.default", mapping).commit();
    assertSameRows(table, 2);
  }

  @Test
  void oneFileWithoutFieldIdsAmongManyIsFound() throws Exception {
    ForeignTable table = table(2);
    table.append(table.row(1, "a", 1, null, null, null));
    Path data = table.generation().paths().data();
    Path whole;
    try (Stream<Path> files = Files.list(data)) {
      whole = files.findFirst().orElseThrow();
    }
    Path imported = data.resolve("f-237.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (SELECT 2::INTEGER AS id) TO '%s'".formatted(imported));
    }
    List<DataFile> many = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      Path file = data.resolve("f-" + i + ".parquet");
      if (!file.equals(imported)) {
        Files.createLink(file, whole);
      }
      many.add(
          DataFiles.builder(table.table().spec())
              .withPath(file.toUri().toString())
              .withFileSizeInBytes(Files.size(file))
              .withRecordCount(1)
              .withFormat(FileFormat.PARQUET)
              .build());
    }
    table.commit(many);

    for (String query : List.of("SELECT max(id) FROM ", "SELECT count(*) FROM ")) {
      Result result = sql(run(), query + table.partition().dataset());

      assertThat(result.code()).isEqualTo(3);
      assertThat(result.err()).contains(imported + ": expected field ids");
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    CommandRun run = run();
    append(run, "a", "{\"id\":1}");
    Path torn;
    try (Stream<Path> files = Files.walk(home.resolve("cache"))) {
      torn = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(torn);
    Files.write(torn, Arrays.copyOf(bytes, bytes.length / 2));

    Result result = sql(run, "SELECT id FROM jobs");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).startsWith("firn: " + torn);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void aQueryBegunBeforeAGenerationWentBeginsAgain() throws Exception {
    CommandRun run = run();
    append(run, "a", "{\"id\":1}");
    append(run, "a", "{\"id\":2}");
    boolean[] gone = {false};
    CommandRun beside = run().at(InstantSource.system());
    Disk disk =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  try {
                    return method.invoke(new LocalDisk(), arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  } finally {
                    if (!gone[0]
                        && List.of("open", "read").contains(method.getName())
                        && arguments[0].toString().contains("/metadata/snap-")) {
                      gone[0] = true;
                      Result pass =
                          beside.run("query", "maintain", "--force", "--no-grace", "--yes");
                      assertThat(pass.code()).as(pass.err()).isZero();
                    }
                  }
                });

    Result result = sql(run.on(disk), "SELECT id FROM jobs ORDER BY id", "--format", "csv");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("id\r\n1\r\n2\r\n");
    assertThat(gone[0]).isTrue();
    assertThat(home.resolve("cache/datasets/jobs/source=a/table")).doesNotExist();
  }

  @Test
  void whatWasAppendedAMomentAgoIsInTheNextAnswer() throws Exception {
    CommandRun run = run();
    try (Cache cache = Cache.open(home.resolve("cache"))) {
      CacheWriter writer = cache.writer("jobs", "a");
      for (int i = 1; i <= 3; i++) {
        writer.append("{\"id\":" + i + "}");
        assertThat(sql(run, "SELECT count(*) AS n FROM jobs", "--format", "csv").out())
            .isEqualTo("n\r\n" + i + "\r\n");
      }
    }
  }

  @Test
  void onlyFilesThatCanMatchAreRead() throws Exception {
    CommandRun run = run();
    for (int day = 1; day <= 9; day++) {
      append(
          run,
          day % 3 == 0 ? "b" : "a",
          "{\"id\":%d,\"at\":\"2026-01-0%dT12:00:00Z\",\"name\":\"%s\"}"
              .formatted(day, day, day == 5 ? "x" : "y"));
    }
    Map<String, Integer> filesByWhere =
        Map.of(
            "TRUE", 9,
            "id = 4", 1,
            "jobs.id IN (4, 5)", 2,
            "id BETWEEN 2 AND 4", 3,
            "\"at\" >= '2026-01-08'", 2,
            "\"at\" >= TIMESTAMP '2026-01-08 00:00:00' AND id + 1 = 10", 2,
            "source = 'b'", 3,
            "source = 'b' AND id < 5", 1,
            "name = 'x' OR id = 1", 2,
            "source = 'none'", 0);
    filesByWhere.forEach(
        (where, files) -> {
          JsonNode answer = sql(run, "SELECT id FROM jobs WHERE " + where, "--json").json();
          assertThat(answer.get("filesRead").asInt()).as(where).isEqualTo(files);
          assertThat(answer.get("filesLeftOut").asInt()).as(where).isEqualTo(9 - files);
        });
    List<String> unprunable =
        List.of(
            "SELECT id AS x FROM jobs WHERE id + 0 = 4",
            "SELECT id - 1 AS id FROM jobs WHERE id = 4",
            "SELECT a.id FROM jobs a JOIN jobs b USING (id) WHERE a.id = 4",
            "WITH jobs AS (SELECT 4 AS id) SELECT * FROM jobs WHERE id = 4",
            "SELECT id FROM jobs AS t(id, a, b) WHERE id = 4",
            "SELECT max(id) FILTER (id = 4) FROM jobs",
            "SELECT id FROM jobs GROUP BY id HAVING id = 4");
    for (String query : unprunable) {
      assertThat(sql(run, query, "--json").json().get("filesLeftOut").asInt()).as(query).isZero();
    }
    assertThat(sql(run, "SELECT (SELECT count(*) FROM jobs WHERE id = 4) AS n", "-v").err())
        .contains("1 file read, 8 left out");
  }

  private static void append(CacheWriter writer, String exchange) throws IOException {
    try {
      writer.append(exchange);
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aQueryThatRunsThroughSwapsAndAppendsAnswersAsItBegan() throws Exception {
    int appends = 1000;
    CommandRun run = run();
    int expected = 0;
    try (Cache cache = Cache.open(home.resolve("cache"))) {
      CacheWriter writer = cache.writer("jobs", "a");
      for (int file = 0; file < 40; file++) {
        StringBuilder rows = new StringBuilder("[");
        for (int i = 0; i < 2500; i++) {
          rows.append(i == 0 ? "" : ",").append("{\"id\":").append(expected++).append('}');
        }
        writer.append(rows.append("]").toString());
      }
      Set<String> ids = new HashSet<>();
      List<String> duplicates = new ArrayList<>();
      Session session = new Session(run.environment(), new GlobalOptions());
      SqlEngine engine = new SqlEngine(session, new DuckDb.Limits(64L << 20, 1), home);
      engine.run(
          "SELECT id FROM jobs",
          new Results() {
            @Override
            public void begin(List<Column> columns) throws IOException {
              for (int swap = 0; swap < 10; swap++) {
                for (int i = 0; i < appends / 10; i++) {
                  append(writer, "{\"id\":-1}");
                }
                Result pass = run().run("query", "maintain", "--force");
                assertThat(pass.code()).as(pass.err()).isZero();
              }
            }

            @Override
            public void row(List<@Nullable String> cells) {
              if (!ids.add(cells.get(0))) {
                duplicates.add(cells.get(0));
              }
            }

            @Override
            public void end() {}
          },
          state -> {});

      assertThat(ids).hasSize(expected).doesNotContain("-1");
      assertThat(duplicates).isEmpty();
    }
    assertThat(sql(run, "SELECT count(*) FROM jobs", "--format", "csv").out())
        .endsWith("\r\n" + (expected + appends / 10 * 10) + "\r\n");
    try (Stream<Path> generations = Files.list(home.resolve("cache/datasets/jobs/source=a"))) {
      assertThat(generations.filter(f -> f.getFileName().toString().startsWith("table")))
          .hasSize(11);
    }
  }
}
