package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerifyTest {
  private static final String CODEX = "datasets/otel_events/source=codex";

  @TempDir Path home;

  static List<String> caches() {
    return FieldCaches.names();
  }

  private Result verify(Path root, String... more) {
    String[] line = {"query", "verify", "--root", root.toString()};
    return new CommandRun(home)
        .run(Stream.of(line, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private static Path aDataFile(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(CODEX + "/table/data"))) {
      return files
          .filter(f -> f.toString().endsWith(".parquet"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  @ParameterizedTest
  @MethodSource("caches")
  void exitCodeOfEveryFieldCacheIsThatOfItsReadme(String name) throws IOException {
    Path root = FieldCaches.unpack(name, home);

    Result text = verify(root);
    Result json = verify(root, "--json", "--full");

    int code = name.equals("corrupt-cursor") ? 3 : 0;
    assertThat(text.code()).isEqualTo(code);
    assertThat(json.code()).isEqualTo(code);
    assertThat(text.err()).isEmpty();
    assertThat(json.err()).isEmpty();
    assertThat(text.lines())
        .last()
        .asString()
        .startsWith(code == 0 ? "No damage; 0 warnings" : "Damage in 2 places; 2 partitions");
    assertThat(json.json().get("totals").get("damage").asInt()).isEqualTo(code == 0 ? 0 : 2);
    assertThat(json.json().get("full").asBoolean()).isTrue();
  }

  @Test
  void soundCacheIsALineAPartitionAndTwoOfTotals() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    assertThat(verify(root, "otel_events").out())
        .isEqualTo(
            """
            datasets/otel_events/source=claude: table, 1 generation, 40 files, 79 rows, 152 KB, sound
            datasets/otel_events/source=codex: table, 1 generation, 20 files, 39 rows, 76 KB, sound

            Checked 2 partitions with 2 generations, 60 files, 118 rows and 228 KB in 0 ms; --full decodes every page, too.
            No damage; 0 warnings, 0 notes.
            """);
  }

  @Test
  void violationComesFirstWithWhatItMeansAndWhatToDoAndIsExitCode1() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path file = aDataFile(root);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    String path = root.relativize(file).toString();

    Result result = verify(root);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.lines().get(0)).isEqualTo("damage: " + path);
    assertThat(result.lines().subList(1, 5))
        .containsExactly(
            "    found " + whole.length / 2 + " bytes",
            "    expected a file of " + whole.length + " bytes",
            "    it is not what was written; at worst 1 row cannot be read",
            "    to do: restore it from a backup");
    assertThat(result.out()).contains(CODEX + ": table, 1 generation", "damaged in 2 places");
    JsonNode json = verify(root, "--json", "otel_events").json();
    JsonNode finding = json.get("partitions").get(1).get("findings").get(0);
    assertThat(finding.get("severity").asText()).isEqualTo("damage");
    assertThat(finding.get("path").asText()).isEqualTo(path);
    assertThat(finding.get("rows").asInt()).isEqualTo(1);
    assertThat(json.get("totals").get("damage").asInt()).isEqualTo(2);
    assertThat(verify(root, "ai_gateway_messages").code()).isZero();
  }

  @Test
  void damagedPageIsSeenByTheFullCheckOnly() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    new CommandRun(home)
        .maintaining()
        .run("query", "maintain", "--force", "--root", root.toString());
    Path data = root.resolve(CODEX + "/table-1/data");
    Path file;
    try (Stream<Path> files = Files.list(data)) {
      file = files.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[200] ^= 1;
    Files.write(file, bytes);

    assertThat(verify(root).code()).isZero();
    Result full = verify(root, "--full");
    assertThat(full.code()).isEqualTo(1);
    assertThat(full.out()).contains("checksum", "cannot be read whole");
  }

  @Test
  void unreadablePartitionIsExitCode3AlsoBesideOtherDamage() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Files.delete(aDataFile(root));
    Files.writeString(root.resolve("datasets/otel_events/source=claude/cursor.json"), "");

    assertThat(verify(root).code()).isEqualTo(3);
    assertThat(verify(root, "ai_gateway_messages").code()).isZero();
  }

  @Test
  void diskThatRefusesIsExitCode5() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path file = aDataFile(root);
    Disk real = new LocalDisk();
    Disk refusing =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, args) -> {
                  if (method.getName().equals("open") && args[0].equals(file)) {
                    throw new IOException("Input/output error");
                  }
                  try {
                    return method.invoke(real, args);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });

    Result result =
        new CommandRun(home)
            .on(refusing)
            .run("query", "verify", "otel_events", "--root", root.toString());

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.out()).contains("found Input/output error", "39 rows");
  }

  @Test
  void wrongUsageIsExitCode2AndNothingYetIsFine() {
    assertThat(verify(home.resolve("none"), "nothing").code()).isEqualTo(2);
    Result nothing = verify(home.resolve("none"));
    assertThat(nothing.code()).isZero();
    assertThat(nothing.out()).startsWith("There is nothing in ");
    assertThat(verify(home.resolve("none"), "--json").json().get("partitions")).isEmpty();
  }
}
