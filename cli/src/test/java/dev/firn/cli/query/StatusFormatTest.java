package dev.firn.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.CommandRun;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.Backlog;
import dev.firn.maintenance.status.PartitionStatus.LastRun;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFormatTest {
  @TempDir Path home;

  private static Partition partition(String source) {
    return new Partition(
        "logs",
        Map.of("source", source),
        Path.of("/c/" + source),
        "datasets/logs/source=" + source);
  }

  private static PartitionStatus healthy() {
    return withBacklog(Optional.empty());
  }

  private static PartitionStatus withBacklog(Optional<Backlog> backlog) {
    return new PartitionStatus(
        partition("claude"),
        State.LIVE,
        "",
        "",
        Optional.of(new LiveContent(Layout.SOURCE_TABLE, "table-1", 12345, 0, 4, 1, 400_000, 7)),
        0,
        1000,
        0,
        List.of(),
        Litter.NONE,
        Optional.of(new LastRun("2026-08-03T10:00:00Z", "compacted", "36 small files")),
        false,
        "4 small files, threshold 32",
        backlog);
  }

  private static PartitionStatus unreadable() {
    return new PartitionStatus(
        partition("codex"),
        State.UNREADABLE,
        "cursor.json is truncated",
        "restore it from a backup",
        Optional.empty(),
        0,
        0,
        0,
        List.of("table-9 has no metadata"),
        Litter.NONE,
        Optional.empty(),
        false,
        "not before it is repaired",
        Optional.empty());
  }

  private static CacheStatus status(PartitionStatus... partitions) {
    return new CacheStatus(
        Optional.of("2026-08-03T11:59:00Z"),
        Optional.empty(),
        List.of(partitions),
        List.of(new CacheStatus.Spool("datasets/logs/x/_hypaware_spool", 50_000)));
  }

  private static List<String> text(CacheStatus status) {
    return new StatusText(status, "/cache", CommandRun.NOW).lines();
  }

  private static PartitionStatus with(
      Layout layout, long retired, long orphaned, List<String> notes, String outcome, boolean due) {
    return new PartitionStatus(
        partition("claude"),
        State.LIVE,
        "",
        "",
        Optional.of(new LiveContent(layout, "table-1", 12345, 0, 4, 0, 400_000, 7)),
        0,
        retired,
        orphaned,
        notes,
        Litter.NONE,
        Optional.of(new LastRun("2026-08-03T10:00:00Z", outcome, "the disk was full")),
        due,
        "4 small files, threshold 32",
        Optional.empty());
  }

  @Test
  void dataFilesThatNobodyReadsTakeOneLine() {
    PartitionStatus one = healthy();
    PartitionStatus littered =
        new PartitionStatus(
            one.partition(),
            one.state(),
            "",
            "",
            one.live(),
            0,
            0,
            0,
            List.of(),
            new Litter(2, 3_000),
            one.lastRun(),
            false,
            one.dueReason(),
            Optional.empty());

    assertThat(text(status(littered)))
        .endsWith(
            "2 data files (3.0 KB) in 1 partition are in no snapshot and read by nobody: another"
                + " program left them; they go with the generation.")
        .noneMatch(line -> line.contains("attention"));
    assertThat(text(status(one))).noneMatch(line -> line.contains("nobody"));
  }

  @Test
  void whatNeedsAttentionComesFirst() {
    assertThat(text(status(unreadable(), healthy())))
        .startsWith(
            "1 partition needs attention:",
            "  datasets/logs/source=codex",
            "    unreadable: cursor.json is truncated",
            "    restore it from a backup",
            "    table-9 has no metadata",
            "");
  }

  @Test
  void whateverNeedsAttentionComesWithWhatToDo() {
    List<String> odd = List.of("table-9: kept, may have been live");
    assertThat(text(status(with(Layout.SOURCE_TABLE, 0, 0, odd, "failed", false))))
        .startsWith(
            "1 partition needs attention:",
            "  datasets/logs/source=claude",
            "    table-9: kept, may have been live",
            "    \"firn query verify logs\" says what it means and what to do",
            "    the last run failed: the disk was full",
            "    \"firn query maintain logs\" tries again",
            "");
  }

  @Test
  void healthyIsQuiet() {
    CacheStatus healthy =
        new CacheStatus(
            Optional.of("2026-08-03T11:59:00Z"),
            Optional.empty(),
            List.of(with(Layout.SOURCE_TABLE, 0, 0, List.of(), "compacted", false)),
            List.of());
    assertThat(text(healthy))
        .containsExactly(
            "PARTITION           LIVE       ROWS  FILES   BYTES  AVERAGE  SNAPSHOTS"
                + "  LAST RUN           NEXT",
            "logs/source=claude  table-1  12,345      4  400 KB   100 KB          7"
                + "  compacted 2 h ago  not due: 4 small files, threshold 32",
            "",
            "1 partition, 12,345 rows, 4 files, 400 KB; last pass 60 s ago");
  }

  @Test
  void reserveIsToldOfWhereTheDiskHasNoRoomForItOnly() {
    for (Reserve.State state : Reserve.State.values()) {
      CacheStatus status =
          new CacheStatus(
              Optional.empty(),
              Optional.empty(),
              List.of(healthy()),
              List.of(),
              List.of(),
              List.of(),
              Optional.of(new CacheStatus.ReserveStatus(state, 7)));
      assertThat(text(status).stream().filter(line -> line.contains("reserve")))
          .as(state.text())
          .hasSize(state == Reserve.State.NO_ROOM ? 1 : 0);
    }
  }

  @Test
  void whatIsUnusualTakesRoom() {
    assertThat(text(status(with(Layout.EPOCH, 1000, 2000, List.of(), "compacted", true))))
        .containsExactly(
            "PARTITION           LAYOUT  LIVE       ROWS  FILES   BYTES  AVERAGE  SNAPSHOTS"
                + "  RETIRED  ORPHANED  LAST RUN           NEXT",
            "logs/source=claude  epoch   table-1  12,345      4  400 KB   100 KB          7"
                + "   1.0 KB    2.0 KB  compacted 2 h ago  due: 4 small files, threshold 32",
            "",
            "Rows of another program that are in no table yet, and stay until it brings them in:",
            "  datasets/logs/x/_hypaware_spool  50 KB",
            "",
            "1 partition, 12,345 rows, 4 files, 400 KB, 1.0 KB retired, 2.0 KB orphaned; last pass"
                + " 60 s ago",
            "1 partition is due: the next pass of the daemon, or \"firn query maintain\", compacts"
                + " it.");
  }

  @Test
  void whatIsNotKnownIsNotZero() {
    assertThat(text(status(unreadable())))
        .anyMatch(line -> line.matches("logs/source=codex +unreadable +\\? .*"));
  }

  @Test
  void aBacklogIsNamedWithItsTrend() {
    assertThat(text(status(withBacklog(Optional.of(new Backlog(40, 50))))).get(1))
        .contains("draining (40 files to go), ");
    assertThat(text(status(withBacklog(Optional.of(new Backlog(51, 50))))).get(1))
        .contains("falling behind (51 files to go), ");
  }

  @Test
  void anEmptyCacheHasNothingInItYet() {
    assertThat(text(CacheStatus.empty()))
        .containsExactly(
            "There is nothing in /cache yet; \"firn append DATASET FILE\" makes a dataset,"
                + " --root names another cache.");
  }

  @Test
  void jsonHasEveryNumberAndNullForTheUnknown() throws IOException {
    Path root = Files.createDirectories(home.resolve(".firn/cache"));

    CommandRun.Result result =
        new CommandRun(home)
            .answering(status(unreadable(), healthy()))
            .run("query", "status", "--json");

    assertThat(result.code()).isEqualTo(3);
    JsonNode expected =
        new ObjectMapper()
            .readTree(
                """
                { "lastPass": "2026-08-03T11:59:00Z", "backupTaken": null,
                  "partitions": [
                    { "dataset": "logs", "partition": {"source": "codex"},
                      "path": "datasets/logs/source=codex", "layout": null, "state": "unreadable",
                      "problem": "cursor.json is truncated",
                      "repairHint": "restore it from a backup", "generation": null, "rows": null,
                      "unpublished": null, "held": 0, "dataFiles": null, "deleteFiles": null,
                      "bytes": null, "averageFileBytes": null, "snapshots": null,
                      "retiredBytes": 0, "orphanedBytes": 0, "litterFiles": 0, "litterBytes": 0,
                      "notes": ["table-9 has no metadata"],
                      "lastRun": null,
                      "nextRun": {"due": false, "reason": "not before it is repaired"},
                      "backlog": null },
                    { "dataset": "logs", "partition": {"source": "claude"},
                      "path": "datasets/logs/source=claude", "layout": "source-table",
                      "state": "live", "problem": null, "repairHint": null,
                      "generation": "table-1", "rows": 12345, "unpublished": 0, "held": 0,
                      "dataFiles": 4, "deleteFiles": 1, "bytes": 400000,
                      "averageFileBytes": 100000, "snapshots": 7, "retiredBytes": 1000,
                      "orphanedBytes": 0, "litterFiles": 0, "litterBytes": 0, "notes": [],
                      "lastRun": {"at": "2026-08-03T10:00:00Z", "outcome": "compacted",
                        "reason": "36 small files"},
                      "nextRun": {"due": false, "reason": "4 small files, threshold 32"},
                      "backlog": null } ],
                  "spools": [ {"path": "datasets/logs/x/_hypaware_spool", "bytes": 50000} ],
                  "retention": [],
                  "old": [],
                  "reserve": null,
                  "totals": { "partitions": 2, "unreadable": 1, "rows": 12345, "unpublished": 0, "held": 0, "dataFiles": 4,
                    "bytes": 400000, "retiredBytes": 1000, "orphanedBytes": 0 } }
                """);
    ((ObjectNode) expected).put("root", root.toString());
    assertThat(result.json()).isEqualTo(expected);
  }
}
