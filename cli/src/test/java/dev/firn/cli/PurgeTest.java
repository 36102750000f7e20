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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PurgeTest {
  private static final String CLAUDE = "datasets/otel_events/source=claude";

  @TempDir Path home;
  private final LocalDisk disk = new LocalDisk();
  private Path root;
  private Map<String, List<String>> kept;

  @BeforeEach
  void unpack() throws IOException {
    root = FieldCaches.unpack("source-table-fresh", home);
    kept = new TreeMap<>(CacheRows.read(disk, root));
    kept.replaceAll(
        (path, rows) ->
            path.contains("otel_events")
                ? rows.stream().filter(row -> !row.contains("\"ok\":true")).toList()
                : rows);
  }

  private Result run(String... words) {
    return new CommandRun(home).maintaining().query(root, words);
  }

  @Test
  void rowsAreCountedAndNothingIsChangedWithoutApply() throws IOException {
    Map<String, String> before = Listing.of(root);

    Result result = run("purge", "otel_events", "--where", "ok");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains(CLAUDE + ": ", "live rows would be removed")
        .containsPattern("\\d+ data files \\(live\\): \\d+ of \\d+ rows match")
        .contains("Nothing was changed; --apply removes them.");
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void rowsAreGoneAndThatIsStatedOfEveryFile() throws IOException {
    Result result = run("purge", "otel_events", "--where", "ok = true", "--apply");

    assertThat(result.code()).as(result.out()).isZero();
    assertThat(result.out())
        .contains("No file of the partitions asked for holds a row that matches.");
    assertThat(CacheRows.read(disk, root)).isEqualTo(kept);
    assertThat(run("verify").code()).isZero();
    JsonNode journal =
        run("sql", "SELECT kind, \"rows\", reason FROM firn_maintenance", "--json").json();
    assertThat(journal.get("rows").get(0).get("kind").asText()).isEqualTo("purge");
    assertThat(journal.toString()).doesNotContain("ok = true");
  }

  @Test
  void onePartitionIsAskedForAndAHeldOneExits4() throws IOException {
    try (HeldLock lease =
        new PartitionLocks(disk, "x").takeLease(root.resolve(CLAUDE), CommandRun.NOW)) {
      Result result =
          run(
              "purge",
              "otel_events",
              "--partition",
              "source=claude",
              "--where",
              "ok",
              "--apply",
              "--json");
      assertThat(result.code()).isEqualTo(4);
      assertThat(result.json().get("partitions")).hasSize(1);
      assertThat(result.json().get("partitions").get(0).get("outcome").asText()).isEqualTo("held");
      lease.requireValid();
    }
  }

  @Test
  void partitionInDoubtExits3AndTheOthersArePurged() throws IOException {
    Files.writeString(root.resolve(CLAUDE + "/cursor.json"), "{");

    Result result = run("purge", "otel_events", "--where", "ok", "--apply", "--json");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.json().get("totals").get("purged").asInt()).isOne();
    assertThat(result.json().get("totals").get("unreadable").asInt()).isOne();
  }

  @Test
  void conditionThatIsNoneExits2WithItsPlace() {
    Result result = run("purge", "otel_events", "--where", "ok ==", "--apply");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("^");
  }
}
