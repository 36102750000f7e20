package dev.firn.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassReportFormatTest {
  @TempDir Path home;

  private static Partition partition(String source) {
    return new Partition(
        "ai_gateway_messages",
        Map.of("source", source),
        Path.of("/cache/" + source),
        "datasets/ai_gateway_messages/source=" + source);
  }

  private static PartitionReport compacted() {
    return new PartitionReport(
        partition("claude"),
        Optional.of(Layout.SOURCE_TABLE),
        Outcome.COMPACTED,
        "36 small files, threshold 32",
        "table",
        "table-1",
        108,
        106,
        DroppedRows.of(DropReason.DELETED, 2),
        0,
        36,
        1,
        36,
        0,
        91234,
        20123,
        20123,
        0);
  }

  private static PartitionReport other(String source, Outcome outcome, String reason) {
    return PartitionReport.untouched(partition(source), Optional.empty(), null, outcome, reason);
  }

  private static PassReport report(boolean dryRun) {
    return new PassReport(
        dryRun,
        812,
        List.of(
            other("a", Outcome.SKIPPED, "3 small files, threshold 32"),
            compacted(),
            other("b", Outcome.SKIPPED, "3 small files, threshold 32"),
            other("c", Outcome.SKIPPED, "no data files"),
            other("d", Outcome.UNREADABLE, "the cursor cannot be read"),
            other("e", Outcome.HELD, "pid 7 on host"),
            other("f", Outcome.FAILED, "x.parquet is torn")),
        List.of(new PassReport.Removed("datasets/x/table", "retired 25 h ago", 5_000_000)),
        List.of(new PassReport.Kept("datasets/y/table", "retired 2 h ago, grace 24 h")),
        91234,
        false);
  }

  @Test
  void troubleComesFirstAndEverySkipHasItsReason() {
    assertThat(new PassReportText(report(false), false).lines())
        .containsExactly(
            "failed      datasets/ai_gateway_messages/source=f: x.parquet is torn",
            "unreadable  datasets/ai_gateway_messages/source=d: the cursor cannot be read",
            "held        datasets/ai_gateway_messages/source=e: pid 7 on host",
            "compacted   datasets/ai_gateway_messages/source=claude: table to table-1, 106 rows,"
                + " 36 files to 1, 91 KB to 20 KB, 2 deleted rows left out (36 small files,"
                + " threshold 32)",
            "skipped     2 partitions: 3 small files, threshold 32",
            "skipped     datasets/ai_gateway_messages/source=c: no data files",
            "removed     datasets/x/table (5.0 MB): retired 25 h ago",
            "kept        datasets/y/table: retired 2 h ago, grace 24 h",
            "1 compacted, 3 skipped, 1 failed, 1 unreadable, 1 held in 812 ms; 2 rows dropped"
                + " (2 deleted); 5.0 MB reclaimed, 91 KB more when graces end");
  }

  @Test
  void verboseGivesEverySkippedPartitionALine() {
    assertThat(new PassReportText(report(false), true).lines())
        .contains(
            "skipped     datasets/ai_gateway_messages/source=a: 3 small files, threshold 32",
            "skipped     datasets/ai_gateway_messages/source=b: 3 small files, threshold 32");
  }

  @Test
  void aDryRunSaysWouldAndNeverDid() {
    assertThat(new PassReportText(report(true), false).lines())
        .startsWith("A dry run: nothing was changed.")
        .anyMatch(line -> line.startsWith("would compact  datasets/ai_gateway_messages/source=cl"))
        .anyMatch(line -> line.startsWith("would remove   datasets/x/table"))
        .noneMatch(line -> line.startsWith("compacted") || line.startsWith("removed"))
        .last()
        .asString()
        .contains("1 to compact", "5.0 MB would be reclaimed");
  }

  @Test
  void jsonIsTheDocumentOfTheContract() throws IOException {
    Files.createDirectories(home.resolve(".firn/cache"));
    PassReport report =
        new PassReport(
            false,
            812,
            List.of(compacted(), other("d", Outcome.UNREADABLE, "the cursor cannot be read")),
            List.of(new PassReport.Removed("datasets/x/table", "retired 25 h ago", 1)),
            List.of(new PassReport.Kept("datasets/y/table", "retired 2 h ago, grace 24 h")),
            91234,
            false);

    CommandRun.Result result =
        new CommandRun(home).answering(report).run("query", "maintain", "--json");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.json())
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    { "dryRun": false, "elapsedMs": 812,
                      "partitions": [
                        { "dataset": "ai_gateway_messages", "partition": {"source": "claude"},
                          "path": "datasets/ai_gateway_messages/source=claude",
                          "layout": "source-table", "outcome": "compacted",
                          "reason": "36 small files, threshold 32",
                          "generationBefore": "table", "generationAfter": "table-1",
                          "rowsBefore": 108, "rowsAfter": 106,
                          "dropped": {"expired": 0, "purged": 0, "duplicate": 0, "deleted": 2},
                          "rowsArchived": 0, "dataFilesBefore": 36, "dataFilesAfter": 1,
                          "filesRewritten": 36, "filesLinked": 0, "bytesBefore": 91234,
                          "bytesAfter": 20123, "bytesWritten": 20123, "filesLeft": 0 },
                        { "dataset": "ai_gateway_messages", "partition": {"source": "d"},
                          "path": "datasets/ai_gateway_messages/source=d",
                          "layout": null, "outcome": "unreadable",
                          "reason": "the cursor cannot be read",
                          "generationBefore": null, "generationAfter": null,
                          "rowsBefore": 0, "rowsAfter": 0,
                          "dropped": {"expired": 0, "purged": 0, "duplicate": 0, "deleted": 0},
                          "rowsArchived": 0, "dataFilesBefore": 0, "dataFilesAfter": 0,
                          "filesRewritten": 0, "filesLinked": 0, "bytesBefore": 0,
                          "bytesAfter": 0, "bytesWritten": 0, "filesLeft": 0 } ],
                      "removed": [
                        {"path": "datasets/x/table", "why": "retired 25 h ago", "bytes": 1} ],
                      "kept": [
                        {"path": "datasets/y/table", "why": "retired 2 h ago, grace 24 h"} ],
                      "litter": [],
                      "damaged": [],
                      "retention": [],
                      "totals": { "compacted": 1, "skipped": 0, "failed": 0, "unreadable": 1,
                        "held": 0, "rowsDropped": 2, "rowsArchived": 0, "bytesReclaimed": 1,
                        "bytesPending": 91234 } }
                    """));
  }
}
