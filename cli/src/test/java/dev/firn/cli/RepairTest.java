package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairTest {
  private static final String CLAUDE = "datasets/otel_events/source=claude";

  @TempDir Path home;
  private final LocalDisk disk = new LocalDisk();

  private Result run(Path root, String... words) {
    return new CommandRun(home).maintaining().query(root, words);
  }

  @Test
  void soundCacheHasNothingToMend() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    Result result = run(root, "repair", "otel_events");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .isEqualTo(
            """
            Looked at 2 partitions in 0 ms: 2 sound, 0 can be mended.
            Nothing is left to mend.
            """);
  }

  @Test
  void passThatMustKeepADamagedFileIsExitCode1UntilItIsMended() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path file;
    try (Stream<Path> files = Files.list(root.resolve(CLAUDE + "/table/data"))) {
      file = files.sorted().findFirst().orElseThrow();
    }
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));

    Result pass = run(root, "maintain", "--force");

    assertThat(pass.code()).as(pass.out()).isEqualTo(1);
    assertThat(pass.out())
        .contains("damaged     " + CLAUDE + ": 1 data file that cannot be read, kept as found; ");
    Result next = run(root, "maintain", "--json");
    assertThat(next.code()).isEqualTo(1);
    assertThat(next.json().get("damaged").get(0).get("path").asText()).isEqualTo(CLAUDE);
    assertThat(run(root, "repair", "--apply").code()).isZero();
    assertThat(run(root, "maintain").code()).isZero();
  }

  @Test
  void lostCursorIsFoundAndMendedAndWhatWasThereIsKept() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Map<String, List<String>> rows = CacheRows.read(disk, root);
    Path cursor = root.resolve(CLAUDE + "/cursor.json");
    Files.writeString(cursor, "{\"layout\":");
    Map<String, String> before = Listing.of(root);

    assertThat(run(root, "status").out()).contains("\"firn query repair\" says what can be mended");
    Result dry = run(root, "repair");

    assertThat(dry.code()).isEqualTo(3);
    assertThat(Listing.of(root)).isEqualTo(before);
    assertThat(dry.out())
        .contains(CLAUDE + ": can be mended")
        .contains("  " + CLAUDE + "/cursor.json\n    found the cursor cannot be read: ")
        .contains("would name table: it is the only generation (79 rows)")
        .endsWith("Nothing was changed; --apply mends it.\n");

    Result applied = run(root, "repair", "--apply");

    assertThat(applied.code()).isZero();
    assertThat(applied.out())
        .contains(CLAUDE + ": mended, 79 rows")
        .contains("done: name table")
        .contains("what was replaced is in maintenance/repair/20260803T120000Z-1")
        .endsWith("Nothing is left to mend.\n");
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
    assertThat(root.resolve("maintenance/repair/20260803T120000Z-1/" + CLAUDE + "/cursor.json"))
        .hasContent("{\"layout\":");
    assertThat(run(root, "verify").code()).isZero();
  }

  @Test
  void documentSaysTheSame() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Files.delete(root.resolve(CLAUDE + "/cursor.json"));

    Result result = run(root, "repair", "--json", "otel_events", "--partition", "source=claude");

    JsonNode json = result.json();
    assertThat(json.get("applied").asBoolean()).isFalse();
    assertThat(json.get("partitions")).hasSize(1);
    JsonNode partition = json.get("partitions").get(0);
    assertThat(partition.get("outcome").asText()).isEqualTo("proposed");
    assertThat(partition.get("unreadable").asBoolean()).isTrue();
    JsonNode mend = partition.get("mends").get(0);
    assertThat(mend.get("kind").asText()).isEqualTo("cursor");
    assertThat(mend.get("status").asText()).isEqualTo("would");
    assertThat(mend.get("rows").asLong()).isEqualTo(79);
    assertThat(json.get("totals").get("mendsPossible").asLong()).isEqualTo(1);
    assertThat(json.get("totals").get("unreadable").asLong()).isEqualTo(1);
  }

  @Test
  void choiceIsListedAndTaken() throws IOException {
    Path root = FieldCaches.unpack("source-table-compacted", home);
    String path = "datasets/ai_gateway_messages/source=claude";
    Path partition = root.resolve(path);
    Map<String, List<String>> rows = CacheRows.read(disk, root);
    Files.delete(partition.resolve("cursor.json"));
    Files.delete(partition.resolve("table/.retired"));
    String[] asked = {"repair", "ai_gateway_messages", "--partition", "source=claude", "--apply"};

    Result open = run(root, asked);

    assertThat(open.code()).isEqualTo(3);
    assertThat(open.out())
        .contains("2 generations may be the live one; choose with --partition and --generation")
        .contains("      table: ", "      table-1795319052379: ");
    String[] chosen =
        Stream.of(asked, new String[] {"--generation", "table-1795319052379"})
            .flatMap(Arrays::stream)
            .toArray(String[]::new);
    assertThat(run(root, chosen).code()).isZero();
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
    assertThat(partition.resolve("table")).isDirectory();
  }

  @Test
  void damageThatNoRepairCanMendIsNamed() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path metadata = root.resolve(CLAUDE + "/table/metadata");
    try (Stream<Path> files = Files.list(metadata)) {
      for (Path file : files.filter(f -> f.toString().endsWith("-m0.avro")).toList()) {
        Files.delete(file);
      }
    }

    Result result = run(root, "repair", "--apply", "otel_events");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).contains("damage: " + CLAUDE + "/table/metadata/", "to do: restore");
  }

  @Test
  void damagedFileGoesIntoQuarantineAndEveryCommandSaysWhatIsWithheld() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path file;
    try (Stream<Path> files = Files.list(root.resolve(CLAUDE + "/table/data"))) {
      file =
          files.filter(f -> f.toString().endsWith(".parquet")).sorted().findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    String name = "table/" + file.getFileName();
    assertThat(run(root, "rows", "otel_events").code()).isEqualTo(3);

    Result dry = run(root, "repair");
    assertThat(dry.code()).isEqualTo(1);
    assertThat(dry.out()).contains("would put it into quarantine and go on without it");
    Result applied = run(root, "repair", "--apply");

    assertThat(applied.code()).as(applied.out() + applied.err()).isZero();
    assertThat(root.resolve(CLAUDE + "/.quarantine/" + name)).exists();
    Result rows = run(root, "rows", "otel_events");
    assertThat(rows.code()).isZero();
    assertThat(run(root, "sql", "SELECT count(*) FROM otel_events").err())
        .contains(CLAUDE + ": ", " withheld with " + name);
    assertThat(rows.err()).contains(CLAUDE + ": ", " withheld with " + name);
    assertThat(run(root, "status").out())
        .startsWith("1 partition needs attention:\n  " + CLAUDE + "\n    ")
        .contains("withheld with " + name);
    Result verify = run(root, "verify");
    assertThat(verify.code()).isZero();
    assertThat(verify.out()).contains("warning: " + CLAUDE + "/.quarantine/" + name);
  }

  @Test
  void missingFileIsLeftOutOnlyWithAcceptLoss() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    try (Stream<Path> files = Files.list(root.resolve(CLAUDE + "/table/data"))) {
      Files.delete(files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow());
    }

    assertThat(run(root, "repair", "--apply").code()).isEqualTo(1);
    assertThat(run(root, "repair", "--apply", "--accept-loss").code()).isZero();
    assertThat(run(root, "rows", "otel_events").err()).contains(" lost with table/");
  }

  @Test
  void passMendsWhatIsProvableWhereTheConfigurationSaysSo() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Map<String, List<String>> rows = CacheRows.read(disk, root);
    Files.delete(root.resolve(CLAUDE + "/cursor.json"));
    assertThat(run(root, "maintain", "otel_events").code()).isEqualTo(3);

    Files.writeString(
        root.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"maintenance\":{\"auto_repair\":\"provable\"}}}}");
    Result result = run(root, "maintain", "otel_events", "--force");

    assertThat(result.code()).as(result.out() + result.err()).isZero();
    assertThat(result.out())
        .contains("mended: generations without a cursor: missing beside table", "name table");
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
  }

  @Test
  void allHeldIsExitCode4WithTheOwner() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path partition = root.resolve(CLAUDE);
    Files.delete(partition.resolve("cursor.json"));
    try (HeldLock lease =
        new PartitionLocks(disk, "a long rewrite").takeLease(partition, CommandRun.NOW)) {
      Result result = run(root, "repair", "--apply", "otel_events", "--partition", "source=claude");
      assertThat(result.code()).isEqualTo(4);
      assertThat(result.out()).contains("held by pid", "a long rewrite");
      lease.requireValid();
    }
  }

  @Test
  void wrongUsageIsExitCode2() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    assertThat(run(root, "repair", "--generation", "table").code()).isEqualTo(2);
    assertThat(run(root, "repair", "--generation", "tables", "otel_events").err())
        .contains("\"tables\"", "like table, table-7 or epoch=2");
    assertThat(run(root, "repair", "--partition", "source=claude").code()).isEqualTo(2);
    assertThat(run(root, "repair", "nothing").code()).isEqualTo(2);
    assertThat(run(home.resolve("none"), "repair").out()).startsWith("There is nothing in ");
  }
}
