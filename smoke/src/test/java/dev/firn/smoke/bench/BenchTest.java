package dev.firn.smoke.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.smoke.command.FirnCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark at a tiny scale: that it works, not what it finds. */
class BenchTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private FirnCommand firn = new FirnCommand(Path.of("firn"));

  @BeforeEach
  void writeCommand() throws Exception {
    Path script = directory.resolve("firn");
    Files.writeString(
        script,
        "#!/bin/sh\nexec '%s/bin/java' -cp '%s' dev.firn.cli.Firn \"$@\"\n"
            .formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    firn = new FirnCommand(script);
  }

  private boolean run(String... arguments) throws Exception {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new Bench(firn, stream, stream).run(List.of(arguments));
  }

  private JsonNode figures(String benchmark) throws Exception {
    Path json = directory.resolve("figures.json");
    run(benchmark, "--scale", "0.0001", "--rounds", "1", "--json", json.toString());
    JsonNode document = new ObjectMapper().readTree(json.toFile());
    assertThat(document.path("commit").asText()).isNotEmpty();
    return document.path("benchmarks").path(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compaction-duckdb",
        "compaction-iceberg",
        "compaction-field",
        "append-threads",
        "append-growth",
        "start-status",
        "query-sql",
        "query-partitions",
        "idle-pass",
        "daemon-latency",
        "daemon-write"
      })
  void everyEngineGivesFiguresAndEveryTargetIsJudged(String benchmark) throws Exception {
    JsonNode figures = figures(benchmark);

    assertThat(figures.path("name").asText()).isEqualTo(benchmark);
    assertThat(figures.path("engines")).isNotEmpty();
    for (JsonNode engine : figures.path("engines")) {
      assertThat(engine.path("command").asText()).isNotEmpty();
      assertThat(engine.path("rounds")).isNotEmpty();
      assertThat(engine.path("medians").path("seconds").asDouble()).isPositive();
    }
    assertThat(figures.path("targets"))
        .isNotEmpty()
        .allSatisfy(target -> assertThat(target.path("value").isNumber()).isTrue());
  }

  @Test
  void appendsAreComparedWithFourSettingsOfSqliteAloneAndBesideAReader() throws Exception {
    List<String> names = new ArrayList<>();
    for (JsonNode engine : figures("append").path("engines")) {
      names.add(engine.path("name").asText());
      if (engine.path("name").asText().endsWith("reader beside")) {
        assertThat(engine.path("medians").path("reads").asDouble()).isPositive();
      }
    }
    assertThat(names)
        .hasSize(11)
        .contains("the disk's part", "Firn, reader beside", "SQLite DELETE NORMAL");
  }

  @Test
  void floorOfAPassIsItsPagesWithoutAnyRepetition() throws Exception {
    JsonNode engines = figures("compaction-floor").path("engines");
    double firn = engines.path(0).path("medians").path("outputBytes").asDouble();
    double floor = engines.path(1).path("medians").path("outputBytes").asDouble();

    assertThat(floor).isBetween(firn / 2, firn * 2);
  }

  @Test
  void targetIsMetOnItsOwnSideOfTheBound() {
    Target missed = Target.atMost("a", 2.1, 2, "times");
    assertThat(missed.isMet()).isFalse();
    assertThat(missed.text()).isEqualTo("MISSED a: 2.10 times, at most 2.0");
    assertThat(Target.atLeast("a", 2, 2, "times").isMet()).isTrue();
    assertThat(Target.atLeast("a", Double.NaN, 2, "times").isMet()).isFalse();
  }

  @Test
  void onlyACheckFailsForAMissedTarget() throws Exception {
    Files.writeString(
        directory.resolve("firn"),
        "#!/bin/sh\nexec find \"$2/datasets\" -name cursor.json -exec touch {} +\n");

    assertThat(run("idle-pass", "--scale", "0.0001", "--rounds", "1")).isTrue();
    assertThat(run("idle-pass", "--scale", "0.0001", "--rounds", "1", "--check")).isFalse();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("MISSED files written in partitions");
  }

  @Test
  void medianOfAnEvenNumberOfRoundsIsBetweenTheMiddleOnes() {
    Engine engine = new Engine("e", List.of());
    for (double seconds : new double[] {9, 1, 2, 4}) {
      engine.add(Map.of("seconds", seconds));
    }
    assertThat(engine.median("seconds")).isEqualTo(3);
    assertThat(engine.median("unknown")).isNaN();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing",
        "all --scale",
        "all --scale 0",
        "all --rounds x",
        "all append",
        "all --verbose"
      })
  void argumentsThatAreNotKnownAreNamed(String arguments) {
    String[] words = arguments.split(" ");
    assertThatThrownBy(() -> run(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words.length > 1 ? words[1] : words[0]);
  }
}
