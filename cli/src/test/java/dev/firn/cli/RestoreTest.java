package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTest {
  private static final String CLAUDE = "datasets/otel_events/source=claude";

  @TempDir Path home;
  private final LocalDisk disk = new LocalDisk();
  private Path root;
  private Map<String, List<String>> rows;

  @BeforeEach
  void compact() throws IOException {
    root = FieldCaches.unpack("source-table-fresh", home);
    rows = CacheRows.read(disk, root);
    run("maintain", "otel_events", "--force");
  }

  private Result run(String... words) {
    return new CommandRun(home).maintaining().query(root, words);
  }

  @Test
  void planIsShownFirstAndNothingIsDoneWithoutApply() throws IOException {
    Map<String, String> before = Listing.of(root);

    Result result = run("restore", "otel_events", "--partition", "source=claude");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains(CLAUDE + ": would go back from table-1 to table, superseded 2026-")
        .contains("  appended since, kept: 0")
        .endsWith("Nothing was changed; --apply does it.\n");
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void filesOfTheParentAreLiveAgain() throws IOException {
    Result result = run("restore", "otel_events", "--partition", "source=claude", "--apply");

    assertThat(result.code()).as(result.out()).isZero();
    assertThat(result.out()).contains("went back from table-1 to table", ", as table-2");
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
    assertThat(run("verify").code()).isZero();
    Result json =
        run("restore", "otel_events", "--partition", "source=claude", "--apply", "--json");
    assertThat(json.json().path("outcome").asText()).isEqualTo("restored");
    assertThat(json.json().path("parent").asText()).isEqualTo("table-1");
    assertThat(json.json().path("rowsAfter").asLong()).isEqualTo(rows.get(CLAUDE).size());
  }

  @Test
  void refusalSaysWhyAndExits1() {
    run("maintain", "otel_events", "--no-grace", "--yes");

    Result result = run("restore", "otel_events", "--partition", "source=claude", "--apply");

    assertThat(result.code()).isOne();
    assertThat(result.out()).contains("refused: table, which table-1 was made from, has been");
  }

  @Test
  void partitionInDoubtExits3AndAHeldOne4() throws IOException {
    String[] command = {"restore", "otel_events", "--partition", "source=claude", "--apply"};
    try (HeldLock lease =
        new PartitionLocks(disk, "x").takeLease(root.resolve(CLAUDE), CommandRun.NOW)) {
      assertThat(run(command).code()).isEqualTo(4);
      lease.requireValid();
    }
    Files.writeString(root.resolve(CLAUDE + "/cursor.json"), "{");
    assertThat(run(command).code()).isEqualTo(3);
  }
}
