package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A status of which picocli does not get to hear, against one of which it does. */
class PlainStatusTest {
  @TempDir Path home;

  private Result run(Path root, String... arguments) {
    return new CommandRun(home).maintaining().with("FIRN_ROOT", root.toString()).run(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query status",
        "--json query status",
        "query --json status",
        "query status --json",
        "query status otel_events",
        "query status otel_events --json",
        "query status otel_evnts",
        "query status ..",
        "--root ROOT query status",
        "query status --root=ROOT",
        "query --root=ROOT status --json otel_events",
        "query status --root NOWHERE",
        "query status --root NOWHERE --json",
        "query status --config CONFIG",
        "--config=CONFIG query status --root ROOT --json",
        "query status --config=NOWHERE",
        "query status --config=BROKEN",
      })
  void plainFormsAnswerAsPicocliHasTheCommandAnswer(String line) throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path config = Files.writeString(home.resolve("a"), "{\"query\": {}}");
    Path broken = Files.writeString(home.resolve("b"), "{\"quer\": {}}");
    String[] plain =
        line.replace("ROOT", root.toString())
            .replace("CONFIG", config.toString())
            .replace("BROKEN", broken.toString())
            .replace("NOWHERE", home.resolve("nowhere").toString())
            .split(" ");
    List<String> verbose = new ArrayList<>(List.of(plain));
    verbose.add("-v");

    assertThat(PlainStatus.find(plain)).isPresent();
    assertThat(PlainStatus.find(verbose.toArray(String[]::new))).isEmpty();
    Result result = run(root, plain);
    assertThat(result.out() + result.err()).isNotEmpty();
    assertThat(result).isEqualTo(run(root, verbose.toArray(String[]::new)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "query",
        "status",
        "status query",
        "query stat",
        "query status a b",
        "query status -- a",
        "query status --help",
        "query status -h",
        "query status -v",
        "query status --js",
        "query status --json=true",
        "query status --json --json",
        "query status --root",
        "query status --root=",
        "query status --root -x",
        "query status --root a --root b",
        "query status --config a --config=b",
        "query status --roots a",
        "query status @file",
        "query status --root @file",
        "query status 'a'",
        "query maintain",
        "--version query status",
      })
  void everythingElseIsForPicocli(String line) {
    assertThat(PlainStatus.find(line.split(" "))).isEmpty();
  }

  /** What takes long to load: a test here, since nobody sees it until it is measured again. */
  @Test
  void aPlainStatusLoadsNeitherPicocliNorIcebergNorWhatLogs() throws Exception {
    Path root = home.resolve("cache");
    new CommandRun(home)
        .maintaining()
        .with("FIRN_ROOT", root.toString())
        .reading("{\"a\": 1}\n")
        .run("append", "logs");

    List<String> loaded = start("-Xlog:class+load:stdout", root);

    assertThat(loaded).anyMatch(line -> line.contains("dev.firn.core.plain.PlainPartition"));
    assertThat(loaded).anyMatch(line -> line.startsWith("1 partition, 1 row, 1 file"));
    assertThat(loaded)
        .noneMatch(
            line ->
                line.contains("org.apache.iceberg.")
                    || line.contains("org.apache.avro.")
                    || line.contains("com.fasterxml.jackson.databind.")
                    || line.contains("java.util.logging.Logger ")
                    || line.contains("java.util.regex.Pattern$")
                    || line.contains("java.util.Formatter")
                    || line.contains("picocli.CommandLine "));
  }

  @Test
  void aStatusThatLoadsWhatLogsIsAsQuiet() throws Exception {
    Path root = FieldCaches.unpack("corrupt-cursor", home);

    List<String> lines = start("-XX:+UseSerialGC", root);

    assertThat(lines).anyMatch(line -> line.contains("attention"));
    assertThat(lines).noneMatch(line -> line.contains("INFO") || line.contains("Scanning table"));
  }

  private List<String> start(String option, Path root) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.firn.cli.Firn",
                "--root",
                root.toString(),
                "query",
                "status")
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }
}
