package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.cli.CommandRun.Result;
import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.Results;
import dev.firn.cli.sql.SqlEngine;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries over many small files, which read what is gathered from them. */
class SqlSmallFilesTest {
  private static final int FILES = 200;
  private static final String ALL = "SELECT source, n, text, late FROM jobs";

  @TempDir Path home;
  private Path scratch;
  private final List<String> expected = new ArrayList<>();

  @BeforeEach
  void fill() throws Exception {
    scratch = Files.createDirectory(home.resolve("scratch"));
    try (Cache cache = Cache.open(home.resolve("cache"))) {
      CacheWriter writer = cache.writer("jobs", "a");
      for (int i = 0; i < FILES; i++) {
        boolean wider = i >= FILES / 2;
        writer.append(
            "{\"n\":%d,\"text\":\"text of %d\"%s}".formatted(i, i, wider ? ",\"late\":true" : ""));
        expected.add("a|" + i + "|text of " + i + "|" + (wider ? "true" : "null"));
      }
      cache.writer("jobs", "b").append("{\"n\":-1}");
      expected.add("b|-1|null|null");
    }
  }

  @Test
  void anAnswerIsThatOfTheFilesInTheirOrderAndNothingStaysBehind() throws IOException {
    Answer answer = ask(ALL, scratch);

    assertThat(answer.rows).isEqualTo(expected);
    assertThat(answer.gathered).isBetween(1, 3);
    assertThat(answer.access).containsOnly("rwx------");
    assertThat(answer.reading().files()).isEqualTo(FILES + 1);
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void whoWantsTheFirstRowsOrTheColumnsOrNumbersOnlyDoesNotWaitForIt() throws IOException {
    assertThat(ask("SELECT n FROM jobs LIMIT 1", scratch).gathered).isZero();
    assertThat(ask("DESCRIBE jobs", scratch).gathered).isZero();
    assertThat(ask("SELECT count(*) FROM jobs", scratch).gathered).isZero();
    assertThat(ask("SELECT n FROM jobs WHERE n < 10", scratch).gathered).isZero();
    assertThat(ask("SELECT n FROM jobs ORDER BY n LIMIT 1", scratch).gathered).isPositive();
    assertThat(ask("SELECT text, count(*) FROM jobs GROUP BY 1 LIMIT 1", scratch).gathered)
        .isPositive();
  }

  @Test
  void withoutAPlaceForItTheFilesAreRead() throws IOException {
    Path none = home.resolve("none/at/all");

    Answer answer = ask(ALL, none);

    assertThat(answer.rows).isEqualTo(expected);
    assertThat(none).doesNotExist();
  }

  @Test
  void whatCannotBeReadIsAFileOfTheCache() throws IOException {
    Path file = file("text of 77");
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("text of 77");
    bytes[at + 4] = (byte) 0xff; // is in no text
    Files.write(file, bytes);

    Result result =
        new CommandRun(home)
            .with("FIRN_ROOT", home.resolve("cache").toString())
            .run("query", "sql", ALL + " ORDER BY n");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(file.toString()).doesNotContain("scratch");
    assertThatThrownBy(() -> ask(ALL, scratch))
        .isInstanceOf(Corrupt.class)
        .hasMessageContaining(file.toString());
    assertThat(scratch).isEmptyDirectory();
    Result overview =
        new CommandRun(home)
            .with("FIRN_ROOT", home.resolve("cache").toString())
            .run("query", "overview");
    assertThat(overview.out() + overview.err()).doesNotContain("scratch");
  }

  private Path file(String text) throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve("cache"))) {
      return files
          .filter(file -> file.toString().endsWith(".parquet") && contains(file, text))
          .findFirst()
          .orElseThrow();
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer ask(String query, Path scratchParent) throws IOException {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    Session session = new Session(run.environment(), new GlobalOptions());
    Answer answer = new Answer();
    answer.reading =
        new SqlEngine(session, new DuckDb.Limits(64L << 20, 2), scratchParent)
            .run(query, answer, state -> {});
    return answer;
  }

  private final class Answer implements Results {
    final List<String> rows = new ArrayList<>();
    final List<String> access = new ArrayList<>(); // to directories
    int gathered;
    SqlEngine.@Nullable Reading reading;

    SqlEngine.Reading reading() {
      return Objects.requireNonNull(reading);
    }

    @Override
    public void begin(List<Column> columns) throws IOException {
      try (Stream<Path> files = Files.walk(scratch).skip(1)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          gathered += file.toString().endsWith(".parquet") ? 1 : 0;
          if (Files.isDirectory(file)) {
            access.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
          }
        }
      }
    }

    @Override
    public void row(List<@Nullable String> cells) {
      rows.add(String.join("|", cells.stream().map(String::valueOf).toList()));
    }

    @Override
    public void end() {}
  }
}
