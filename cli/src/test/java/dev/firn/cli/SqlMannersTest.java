package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How queries say no, stop, and write elsewhere. */
class SqlMannersTest {
  @TempDir Path home;

  private CommandRun cache() {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    Result appended = run.reading("{\"id\":1,\"name\":\"x\"}").run("append", "jobs");
    assertThat(appended.code()).as(appended.err()).isZero();
    return run;
  }

  @Test
  void whatIsRefusedIsRefusedWithItsReason() {
    CommandRun run = cache();
    Map<String, String> reasons =
        Map.ofEntries(
            Map.entry("COPY jobs TO '/tmp/x.csv'", "--output, and by \"firn export\""),
            Map.entry("EXPLAIN (FORMAT json) COPY jobs TO '/tmp/x'", "COPY is refused"),
            Map.entry("/* a */ EXPLAIN ANALYZE -- b\n COPY jobs TO '/tmp/x'", "COPY is refused"),
            Map.entry("install httpfs", "there are no extensions"),
            Map.entry("ATTACH '/etc/passwd'", "no other database"),
            Map.entry("PRAGMA database_list", "query.sql.memory_bytes"),
            Map.entry("-- a\nDELETE FROM jobs", "DELETE is refused: rows come by"),
            Map.entry("DROP VIEW jobs", "datasets are made by"),
            Map.entry("BEGIN", "each query sees one state"),
            Map.entry("VACUUM", "VACUUM is refused: a query is one SELECT"),
            Map.entry("PIVOT jobs ON name USING count(*)", "has to name its values"),
            Map.entry("FROM (PIVOT jobs ON name USING count(*))", "has to name its values"),
            Map.entry("SELECT 1; COPY jobs TO '/tmp/x.csv'", "there is something else"),
            Map.entry("SELECT * FROM '/etc/passwd'", "\"/etc/passwd\" names a file"),
            Map.entry("SELECT * FROM 'rows.parquet'", "\"rows.parquet\" names a file"),
            Map.entry("SELECT current_setting('secret_directory')", "current_setting answers"),
            Map.entry("SELECT current_setting('home_'||'directory')", "current_setting answers"),
            Map.entry("SELECT getenv('HOME')", "getenv does not exist"),
            Map.entry("WITH x AS (FROM read_text('/etc/passwd')) FROM x", "\"read_text\" cannot"),
            Map.entry("SELECT 1 WHERE 'a' IN (FROM glob('/*'))", "\"glob\" cannot"),
            Map.entry("SELECT * FROM read_blob('/etc/passwd')", "\"read_blob\" cannot"),
            Map.entry("FROM duckdb_secrets()", "\"duckdb_secrets\" cannot"));
    reasons.forEach(
        (query, reason) -> {
          Result result = run.run("query", "sql", " " + query);

          assertThat(result.code()).as(query + result.out() + result.err()).isEqualTo(2);
          assertThat(result.out()).as(query).isEmpty();
          assertThat(result.err()).as(query).startsWith("firn: ").contains(reason);
        });
  }

  @Test
  void aFileBesideTheDataIsReadByNoName() throws IOException {
    CommandRun run = cache();
    Path data = home.resolve("cache/datasets/jobs/source=default/table/data");
    Path beside = data.resolve("beside.csv");
    Files.writeString(beside, "secret\n1\n");
    for (String query :
        List.of(
            "SELECT x.* FROM jobs, '%1$s' x",
            "SELECT x.* FROM jobs, \"%2$s/beside\".csv x",
            "SELECT x.* FROM jobs, \"%2$s\".\"beside\".csv x",
            "SELECT x.* FROM jobs, \"%2$s/*\".parquet x",
            "DESCRIBE \"%2$s/beside\".csv",
            "SELECT (FROM \"%2$s/beside\".csv) FROM jobs",
            "SELECT y.* FROM (WITH \"%1$s\" AS (FROM jobs) FROM \"%1$s\") x, \"%1$s\" y")) {
      Result result = run.run("query", "sql", query.formatted(beside, data));

      assertThat(result.code()).as(query + result.out() + result.err()).isEqualTo(2);
      assertThat(result.out()).as(query).isEmpty();
      assertThat(result.err()).containsAnyOf("names a file", "Schema with name");
    }
    for (String query : List.of("FROM main.jobs", "FROM memory.jobs", "FROM memory.main.jobs")) {
      assertThat(run.run("query", "sql", query).code()).as(query).isZero();
    }
  }

  @Test
  void aNumberBeyondAllIsOneLikeOthers() {
    Result result = cache().run("query", "sql", "SELECT 1e400 > id AS more FROM jobs");

    assertThat(result.out()).as(result.err()).isEqualTo("more\ntrue\n(1 row)\n");
  }

  @Test
  void aTimeBeyondAllOthersIsNoYear() {
    String query =
        "SELECT %1$s::TIMESTAMP AS a, %1$s::TIMESTAMPTZ AS b, %1$s::DATE AS c,"
            + " TIMESTAMP '2026-01-01' AS d";
    for (String time : List.of("infinity", "-infinity")) {
      Result result =
          new CommandRun(home)
              .run("query", "sql", query.formatted("'" + time + "'"), "--format", "jsonl");

      assertThat(result.out())
          .as(result.err())
          .isEqualTo(
              "{\"a\":\"%1$s\",\"b\":\"%1$s\",\"c\":\"%1$s\",\"d\":\"2026-01-01T00:00:00.000000\"}\n"
                  .formatted(time));
    }
  }

  @Test
  void aNameThatHasToBeQuotedIsGuessed() {
    CommandRun run = cache();
    for (String dataset : List.of("my-jobs", "my.jobs")) {
      String row = "{\"at\":1,\"n\":2}";
      assertThat(run.reading(row).run("append", dataset).code()).isZero();
    }
    Map<String, String> hints =
        Map.of(
            "SELECT * FROM my-jobs WHERE n = 2", "my-jobs is written in quotes: \"my-jobs\"\n",
            "SELECT * FROM MY.jobs", "my.jobs is written in quotes: \"my.jobs\"\n",
            "SELECT n FROM \"my.jobs\" WHERE at > 0", "If at is a column, it is written in quotes",
            "SELECT n, end FROM jobs", "If end is a column, it is written in quotes: \"end\"\n");
    hints.forEach(
        (query, hint) -> {
          Result result = run.run("query", "sql", query);

          assertThat(result.code()).as(query).isEqualTo(2);
          assertThat(result.err()).contains(hint);
        });
    for (String query :
        List.of(
            "SELECT n FROM \"my-jobs\" WHERE",
            "SELEC 'my-jobs'",
            "SELECT CASE WHEN n THEN 1 END AS x FRM jobs")) {
      assertThat(run.run("query", "sql", query).err()).as(query).doesNotContain("in quotes");
    }
    assertThat(run.run("query", "sql", "SELECT n FROM \"my.jobs\" WHERE \"at\" > 0").out())
        .isEqualTo("n\n2\n(1 row)\n");
  }

  @Test
  void whatIsThereIsSaidToWhoNamesWhatIsNot() {
    CommandRun run = cache();

    assertThat(run.run("query", "sql", "FROM orders").err())
        .contains("Table with name orders does not exist!\nThere are jobs\n");
    assertThat(run.run("query", "sql", "FROM job").err()).contains("Did you mean \"jobs\"?");
    assertThat(run.run("query", "sql", "SELECT uper(name) FROM jobs").err())
        .contains("Did you mean \"upper\"?");
  }

  @Test
  void aFileThatIsReplacedHandsOnWhoMayReadIt() throws IOException {
    CommandRun run = cache();
    Path file = Files.writeString(home.resolve("answer"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

    assertThat(run.run("query", "sql", "SELECT 1 AS one", "-o", file.toString()).code()).isZero();

    assertThat(Files.readString(file)).startsWith("one\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aPlanIsDrawnAsTheEngineDrawsIt() {
    CommandRun run = cache();
    for (String explain :
        List.of("EXPLAIN ", "EXPLAIN ANALYZE ", "/* why */ -- so slow\n explain(analyze)")) {
      Result result = run.run("query", "sql", " " + explain + "SELECT name FROM jobs");

      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.lines()).hasSizeGreaterThan(5);
      assertThat(result.out()).contains("┌──").doesNotContain("explain_key", "…");
    }
    assertThat(run.run("query", "sql", "EXPLAIN (FORMAT json) SELECT 1").out()).startsWith("[\n");
    assertThat(run.run("query", "sql", "EXPLAIN SELECT 1", "--format", "csv").out())
        .startsWith("explain_key,explain_value\r\n");
  }

  @Test
  void aPivotThatNamesItsValuesIsAQuery() {
    assertThat(
            cache()
                .run("query", "sql", "PIVOT jobs ON name IN ('x', 'y') USING count(*) GROUP BY id")
                .out())
        .isEqualTo("id  x  y\n 1  1  0\n(1 row)\n");
  }

  /** Stops when something was written. */
  private static final class StoppingOutput extends ByteArrayOutputStream {
    private final CommandRun run;

    StoppingOutput(CommandRun run) {
      this.run = run;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, length);
      run.stop();
    }
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void ctrlCEndsAnAnswerThatStreams() {
    CommandRun run = cache();
    StoppingOutput out = new StoppingOutput(run);

    Result result =
        run.writingTo(out).run("query", "sql", "FROM range(1000000000000)", "--format", "csv");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).isEqualTo("firn: interrupted; the answer is not whole\n");
    assertThat(out.size()).isBetween(1, 50_000_000);
  }

  @Test
  void nothingIsWrittenIntoTheCacheNorOverWhatIsNoFile() throws IOException {
    CommandRun run = cache();
    Files.createSymbolicLink(home.resolve("link"), home.resolve("cache"));
    Files.createSymbolicLink(home.resolve("answer"), home.resolve("cache/x"));
    Map<String, String> problems =
        Map.of(
            home + "/cache/x",
            "is in the cache",
            home + "/link/datasets/x",
            "is in the cache",
            home + "/answer",
            "found a symbolic link",
            home.toString(),
            "found a directory",
            "/dev/null",
            "found a device or a pipe");
    problems.forEach(
        (file, problem) -> {
          Result result = run.run("query", "sql", "SELECT 1", "-o", file);

          assertThat(result.code()).isEqualTo(2);
          assertThat(result.err()).contains(problem);
        });
    try (Stream<Path> files = Files.list(home.resolve("cache"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .isSubsetOf("datasets", ".create.lock", "maintenance", "held");
    }
  }

  @Test
  void anAnswerOfAnySizeFitsIntoASmallHeap() throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx40m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.firn.cli.Firn"));
    line.addAll(List.of("--root", home.resolve("cache").toString(), "query", "sql"));
    line.addAll(
        List.of("SELECT range AS n, repeat('x', 300) AS t FROM range(400000)", "--max-cell", "0"));
    Process process =
        new ProcessBuilder(line).redirectError(home.resolve("stderr").toFile()).start();
    long bytes = 0;
    try (var out = process.getInputStream()) {
      byte[] chunk = new byte[1 << 16];
      for (int read = out.read(chunk); read >= 0; read = out.read(chunk)) {
        bytes += read;
      }
    }
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(home.resolve("stderr"), StandardCharsets.UTF_8)).isEmpty();
    assertThat(process.exitValue()).isZero();
    assertThat(bytes).isGreaterThan(400_000L * 300);
  }
}
