package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SqlTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyRowOfAFieldCacheIsThereOnAReadOnlyDiskAndAfterMaintenance(String name)
      throws Exception {
    Path root = FieldCaches.unpack(name, home);
    List<String> refused = new ArrayList<>();
    CommandRun run = new CommandRun(home).maintaining().with("FIRN_ROOT", root.toString());
    Map<String, List<String>> expected = RowMeaning.parse(FieldCaches.rowLines(name));
    boolean damaged = name.equals("corrupt-cursor");
    if (damaged) {
      expected
          .keySet()
          .removeAll(
              Set.of(
                  "datasets/ai_gateway_messages/source=claude",
                  "datasets/otel_events/source=claude"));
    }

    run.on(ReadOnlyDisk.refusing(refused));
    assertThat(rows(run, root, damaged ? 3 : 0)).isEqualTo(expected);
    assertThat(counts(run, root)).isEqualTo(sizes(expected));
    assertThat(refused).isEmpty();

    run.on(new LocalDisk());
    assertThat(run.run("query", "maintain", "--force").code()).isEqualTo(damaged ? 3 : 0);

    assertThat(rows(run, root, damaged ? 3 : 0)).isEqualTo(expected);
    assertThat(counts(run, root)).isEqualTo(sizes(expected));
  }

  private static Map<String, List<String>> rows(CommandRun run, Path root, int code)
      throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    int worst = 0;
    for (String dataset : datasets(run)) {
      Result result = run.run("query", "sql", "FROM " + dataset, "--format", "jsonl");
      worst = Math.max(worst, result.code());
      for (String line : result.lines()) {
        ObjectNode row = (ObjectNode) JSON.readTree(line);
        rows.computeIfAbsent(partition(root, dataset, row), path -> new ArrayList<>())
            .add(RowMeaning.of(row));
      }
    }
    assertThat(worst).isEqualTo(code);
    rows.values().forEach(Collections::sort);
    return rows;
  }

  /** Takes the keys out of a row; one that is named like a column is numbered. */
  private static String partition(Path root, String dataset, ObjectNode row) throws IOException {
    StringBuilder path = new StringBuilder("datasets/" + dataset);
    for (String key : keys(root, dataset)) {
      String name = row.has(key + "_2") ? key + "_2" : key;
      path.append('/').append(key).append('=').append(row.remove(name).asText());
    }
    return path.toString();
  }

  private static Set<String> keys(Path root, String dataset) throws IOException {
    return new CacheDirectory(new LocalDisk(), root).partitions(dataset).get(0).keys().keySet();
  }

  private static List<String> datasets(CommandRun run) {
    return run.run("query", "sql", "SHOW TABLES", "--format", "csv").lines().stream()
        .map(String::strip)
        .filter(name -> !name.equals("name"))
        .filter(name -> !name.equals(CacheDirectory.JOURNAL_DATASET))
        .toList();
  }

  private static Map<String, Integer> counts(CommandRun run, Path root) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    for (String dataset : datasets(run)) {
      String keys = String.join(", ", keys(root, dataset));
      String query = "SELECT %s, count(*) AS n FROM %s GROUP BY ALL".formatted(keys, dataset);
      for (JsonNode row : run.run("query", "sql", query, "--json").json().get("rows")) {
        int n = ((ObjectNode) row).remove("n").asInt();
        counts.put(partition(root, dataset, (ObjectNode) row), n);
      }
    }
    return counts;
  }

  private static Map<String, Integer> sizes(Map<String, List<String>> rows) {
    Map<String, Integer> sizes = new TreeMap<>();
    rows.forEach((path, list) -> sizes.put(path, list.size()));
    return sizes;
  }

  private CommandRun cache() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    append(
        run,
        "jobs",
        "a",
        "{\"id\":1,\"name\":\"ä|b\",\"cost\":0.5,\"tags\":[\"x\",\"y\"],\"day\":\"2026-01-31T12:00:00Z\"}");
    append(run, "jobs", "b", "{\"id\":2,\"name\":null,\"done\":true}");
    return run;
  }

  private static void append(CommandRun run, String dataset, String source, String lines) {
    Result result = run.reading(lines).run("append", dataset, "--source", source);
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static String answer(CommandRun run, String query, String... more) {
    List<String> args = new ArrayList<>(List.of("query", "sql", query));
    args.addAll(List.of(more));
    Result result = run.run(args.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  @Test
  void anAnswerIsATableUnlessSomethingElseIsAskedFor() {
    CommandRun run = cache();
    String query = "SELECT id, name, cost, done, tags, day, source FROM jobs ORDER BY id";

    assertThat(answer(run, query))
        .isEqualTo(
            """
            id  name  cost  done  tags       day                          source
             1  ä|b    0.5        ["x","y"]  2026-01-31T12:00:00.000000Z  a
             2              true                                          b
            (2 rows)
            """);
    assertThat(answer(run, query, "--format", "markdown"))
        .isEqualTo(
            """
            | id | name | cost | done | tags | day | source |
            | ---: | --- | ---: | --- | --- | --- | --- |
            | 1 | ä\\|b | 0.5 |  | ["x","y"] | 2026-01-31T12:00:00.000000Z | a |
            | 2 |  |  | true |  |  | b |
            """);
    assertThat(answer(run, query, "--format", "csv"))
        .isEqualTo(
            """
            id,name,cost,done,tags,day,source\r
            1,ä|b,0.5,,"[""x"",""y""]",2026-01-31T12:00:00.000000Z,a\r
            2,,,true,,,b\r
            """);
    assertThat(answer(run, query, "--format", "jsonl"))
        .isEqualTo(
            """
            {"id":1,"name":"ä|b","cost":0.5,"done":null,"tags":"[\\"x\\",\\"y\\"]","day":"2026-01-31T12:00:00.000000Z","source":"a"}
            {"id":2,"name":null,"cost":null,"done":true,"tags":null,"day":null,"source":"b"}
            """);
  }

  @Test
  void jsonIsOneDocument() throws IOException {
    CommandRun run = cache();
    assertThat(JSON.readTree(answer(run, "SELECT id FROM jobs ORDER BY id", "--format", "json")))
        .isEqualTo(JSON.readTree("[{\"id\":1},{\"id\":2}]"));

    JsonNode document = JSON.readTree(answer(run, "SELECT id, id FROM jobs ORDER BY 1", "--json"));

    assertThat(document)
        .isEqualTo(
            JSON.readTree(
                """
                {"columns":[{"name":"id","type":"INTEGER"},{"name":"id_2","type":"INTEGER"}],
                 "rows":[{"id":1,"id_2":1},{"id":2,"id_2":2}],"filesRead":2,"filesLeftOut":0}
                """));
  }

  @Test
  void wideCellsAreCutInTablesOnly() {
    CommandRun run = cache();
    String query = "SELECT repeat('é', 100) AS wide, 'a' || chr(10) || 'b' AS broken";

    assertThat(answer(run, query, "--max-cell", "5")).contains("éééé…  a b\n");
    assertThat(answer(run, query)).contains("é".repeat(59) + "…  a b\n");
    assertThat(answer(run, query, "--max-cell", "0")).contains("é".repeat(100));
    assertThat(answer(run, query, "--format", "csv")).contains("é".repeat(100) + ",\"a\nb\"");
  }

  @Test
  void valuesOfEveryTypeHaveAText() {
    String query =
        """
        SELECT 1::TINYINT a, 18446744073709551615::UBIGINT b, -1::HUGEINT c, 1.50::DECIMAL(5,2) d,
          1e300 e, 'nan'::DOUBLE f, '\\x00\\xFF'::BLOB g, DATE '2026-01-31' h, TIME '12:00:01.5' i,
          TIMESTAMP_NS '2026-01-31 12:00:00.123456789' j, INTERVAL 1 DAY k, {'x': [1, 2]} l,
          MAP {'k': DATE '2026-01-31'} m, uuid '00000000-0000-0000-0000-000000000001' n,
          TIMESTAMPTZ '2026-01-31 12:00:00+01' o, TIMESTAMP '2026-01-31 12:00:00' p, NULL q,
          'b'::ENUM('a','b') r, '0101'::BIT s, 1.5::FLOAT t, true u, '{"z":1}'::JSON v
        """;
    assertThat(answer(cache(), query, "--format", "jsonl"))
        .isEqualTo(
            "{\"a\":1,\"b\":18446744073709551615,\"c\":-1,\"d\":1.50,\"e\":1.0E300,\"f\":\"NaN\","
                + "\"g\":\"AP8=\",\"h\":\"2026-01-31\",\"i\":\"12:00:01.500000\","
                + "\"j\":\"2026-01-31T12:00:00.123456789\",\"k\":\"1 day\",\"l\":{\"x\":[1,2]},"
                + "\"m\":{\"k\":\"2026-01-31\"},\"n\":\"00000000-0000-0000-0000-000000000001\","
                + "\"o\":\"2026-01-31T11:00:00.000000Z\",\"p\":\"2026-01-31T12:00:00.000000\","
                + "\"q\":null,\"r\":\"b\",\"s\":\"0101\",\"t\":1.5,\"u\":true,\"v\":{\"z\":1}}\n");
  }

  @Test
  void anAnswerInAFileAppearsWhenItIsWhole() throws IOException {
    CommandRun run = cache();
    Path file = home.resolve("answer.csv");
    Files.writeString(file, "old");

    assertThat(
            answer(run, "SELECT id FROM jobs ORDER BY 1", "-o", file.toString(), "--format", "csv"))
        .isEmpty();
    assertThat(file).hasContent("id\r\n1\r\n2\r\n");

    Result failed =
        run.run(
            "query", "sql", "SELECT (id - 1) :: VARCHAR :: DATE FROM jobs", "-o", file.toString());
    assertThat(failed.code()).isEqualTo(2);
    assertThat(file).hasContent("id\r\n1\r\n2\r\n");
    try (Stream<Path> files = Files.list(home)) {
      assertThat(files).noneMatch(path -> path.toString().contains("firn-"));
    }
    assertThat(run.run("query", "sql", "SELECT 1", "-o", home + "/cache/x").err())
        .contains("is in the cache");
  }

  private static final List<String> REFUSED =
      List.of(
          "COPY jobs TO '%s/out.csv'",
          "COPY (SELECT 1) TO '%s/out.parquet'",
          "INSTALL httpfs",
          "LOAD httpfs",
          "ATTACH '/etc/passwd'",
          "ATTACH ':memory:' AS other",
          "PRAGMA database_list",
          "SET threads = 1",
          "RESET threads",
          "CALL pragma_version()",
          "CREATE TABLE x (a INTEGER)",
          "INSERT INTO jobs VALUES (1)",
          "DELETE FROM jobs",
          "DROP VIEW jobs",
          "EXPORT DATABASE '%s/out'",
          "WITH x AS (SELECT 1) INSERT INTO jobs SELECT * FROM x",
          "EXPLAIN ANALYZE COPY jobs TO '%s/out.csv'",
          "SELECT 1; SELECT 2",
          "SELECT 1; DROP VIEW jobs",
          "",
          ";",
          "SELECT * FROM read_text('/etc/passwd')",
          "SELECT * FROM read_csv('/etc/passwd')",
          "SELECT * FROM read_parquet('%s/**/*.parquet')",
          "SELECT * FROM glob('/etc/*')",
          "SELECT * FROM sniff_csv('/etc/passwd')",
          "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
          "SELECT * FROM enable_logging('QueryLog', storage='file', storage_path='%s/out')",
          "SELECT * FROM '/etc/passwd'",
          "SELECT * FROM 'https://example.com/x.parquet'",
          "SELECT * FROM '%s/foreign.parquet'",
          "SELECT (SELECT max(content) FROM read_text('/etc/passwd'))");

  @Test
  void whatIsMoreThanReadingTheDatasetsIsRefused() throws IOException {
    CommandRun run = cache();
    Files.write(home.resolve("foreign.parquet"), anyDataFile());
    List<String> before = listing();

    for (String query : REFUSED) {
      Result result = run.run("query", "sql", query.replace("%s", home.toString()));

      assertThat(result.code()).as(query + result.out() + result.err()).isEqualTo(2);
      assertThat(result.out()).as(query).isEmpty();
      assertThat(result.err()).as(query).startsWith("firn: ").doesNotContain("internal error");
    }
    assertThat(listing()).isEqualTo(before);
  }

  private byte[] anyDataFile() throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve("cache"))) {
      return Files.readAllBytes(
          files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow());
    }
  }

  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files.map(Path::toString).filter(f -> !f.contains("/.firn")).sorted().toList();
    }
  }

  @Test
  void aWrongQueryIsReportedWithItsPlace() {
    CommandRun run = cache();
    Map<String, String> problems =
        Map.of(
            "SELECT id FROM jobs WHERE", "syntax error at end of input",
            "SELEC 1", "syntax error at or near \"SELEC\"",
            "SELECT ids FROM jobs", "Referenced column \"ids\" not found",
            "SELECT id FROM job", "Table with name job does not exist",
            "SELECT 'x'::INTEGER", "Could not convert string 'x' to INT32");
    problems.forEach(
        (query, problem) -> {
          Result result = run.run("query", "sql", query);

          assertThat(result.code()).isEqualTo(2);
          assertThat(result.err()).contains(problem).contains("^");
        });
  }

  @Test
  void theShellAnswersOneQueryAfterTheOther() {
    CommandRun run = cache();
    String typed =
        "SELECT count(*) AS n\nFROM jobs;\nSELECT nope;\nDESCRIBE jobs;\nexit\nSELECT 1;\n";

    Result result = run.reading(typed).run("query", "shell", "--format", "csv");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("nope");
    assertThat(result.out())
        .startsWith("n\r\n2\r\n")
        .contains("source,VARCHAR")
        .doesNotContain("1\r\n1");
  }

  @Test
  void theShellGoesOnWhateverHappens() throws IOException {
    CommandRun run = cache();
    Path file;
    try (Stream<Path> files = Files.walk(home.resolve("cache"))) {
      file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));

    Result result =
        run.reading(
                """
                -- it's a remark;
                SELECT id FROM jobs; SELECT 'a;' AS one;
                .tables
                .schema jobs
                help
                .nothing
                \\q
                SELECT 2 AS two;
                """)
            .run("query", "shell", "--format", "csv");

    assertThat(result.err())
        .contains(file.toString(), ".schema NAME", "\".nothing\" is no command of the shell");
    assertThat(result.out())
        .contains("one\r\na;\r\n", "name\r\njobs\r\n", "source,VARCHAR")
        .doesNotContain("two");
    assertThat(result.code()).isEqualTo(2);
  }

  @Test
  void anEmptyCacheHasNoTables() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("none").toString());

    assertThat(answer(run, "SELECT 1 AS one")).isEqualTo("one\n  1\n(1 row)\n");
    assertThat(run.run("query", "sql", "SELECT * FROM jobs").code()).isEqualTo(2);
    assertThat(home.resolve("none")).doesNotExist();
  }

  @Test
  void whatAQueryMayTakeIsConfigured() throws IOException {
    CommandRun run = cache();
    Path config = home.resolve("firn.json");
    Files.writeString(
        config, "{\"query\": {\"sql\": {\"memory_bytes\": 67108864, \"threads\": 1}}}");

    String query =
        "SELECT name, value FROM duckdb_settings() WHERE name IN ('threads', 'memory_limit')";
    assertThat(run.run("query", "sql", query).err()).contains("cannot stand in place of a table");
    String settings =
        answer(
            run,
            "SELECT current_setting('threads') t, current_setting('memory_limit') m",
            "--config",
            config.toString(),
            "--format",
            "csv");
    assertThat(settings).isEqualTo("t,m\r\n1,64.0 MiB\r\n");
    Result tooMuch =
        run.run(
            "query",
            "sql",
            "SELECT list(range) FROM range(100000000)",
            "--config",
            config.toString());
    assertThat(tooMuch.code()).isEqualTo(2);
    assertThat(tooMuch.err()).contains("more memory than query.sql.memory_bytes allows");
  }
}
