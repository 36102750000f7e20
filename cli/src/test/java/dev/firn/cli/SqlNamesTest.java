package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which datasets a query means by the names that it writes. */
class SqlNamesTest {
  @TempDir static Path home;

  private static CommandRun run;

  @BeforeAll
  static void appendToDatasetsOfNamesThatAreNearEachOther() {
    run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    for (String dataset : List.of("Jobs", "jobs", "a\"b", "ab", "tables")) {
      Result appended =
          run.reading("{\"of\":\"%s\"}".formatted(dataset.replace("\"", "\\\"")))
              .run("append", dataset);
      assertThat(appended.code()).as(appended.err()).isZero();
    }
  }

  private static String answer(String query) {
    Result result = run.run("query", "sql", query, "--format", "csv");
    assertThat(result.code()).as(query + result.err()).isZero();
    return result.out().replace("\r", "");
  }

  @Test
  void ofDatasetsThatDifferInCaseAloneTheOneThatIsWrittenIsMeant() {
    assertThat(answer("SELECT of FROM jobs")).isEqualTo("of\njobs\n");
    assertThat(answer("SELECT of FROM Jobs")).isEqualTo("of\nJobs\n");
    assertThat(answer("SELECT j.of, t.of FROM jobs j, tables t WHERE j.of = 'jobs'"))
        .endsWith("\njobs,tables\n");
    assertThat(answer("WITH JOBS AS (SELECT 1 AS x) SELECT x FROM JOBS")).isEqualTo("x\n1\n");
    assertThat(answer("WITH x AS (FROM jobs) SELECT of FROM x")).isEqualTo("of\njobs\n");
  }

  @Test
  void aQueryThatCouldMeanEitherIsRefused() {
    for (String query : List.of("FROM JOBS", "FROM Jobs, jobs", "DESCRIBE jOBS")) {
      Result result = run.run("query", "sql", query);

      assertThat(result.code()).as(query + result.out()).isEqualTo(2);
      assertThat(result.err()).contains("datasets \"Jobs\", \"jobs\" differ in case alone");
    }
  }

  @Test
  void aListOfTablesHasThemAllAndNumbersThoseThatAreOneNameInSql() {
    assertThat(answer("SHOW TABLES")).isEqualTo("name\nJobs\n\"a\"\"b\"\nab\njobs_2\ntables\n");
    assertThat(answer("SELECT of FROM jobs_2")).isEqualTo("of\njobs\n");
    assertThat(
            answer(
                "SELECT count(*) AS n FROM information_schema.tables WHERE"
                    + " table_schema = 'main'"))
        .isEqualTo("n\n5\n");
  }

  @Test
  void aQuoteInANameIsAPartOfIt() {
    assertThat(answer("SELECT of FROM \"a\"\"b\"")).isEqualTo("of\n\"a\"\"b\"\n");
    assertThat(answer("SELECT of FROM ab")).isEqualTo("of\nab\n");
  }

  @Test
  void aQueryThatNamesWhatItSelectsReadsNoOtherDataset() throws IOException {
    Path cursor = home.resolve("cache/datasets/ab/source=default/cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);

    assertThat(answer("WITH x AS (FROM jobs) SELECT of FROM x")).isEqualTo("of\njobs\n");
    assertThat(answer("DESCRIBE jobs")).contains("of,VARCHAR");
    assertThat(run.run("query", "sql", "FROM ab").code()).isEqualTo(3);
    Files.write(cursor, whole);
  }
}
