package dev.firn.maintenance;

import dev.firn.core.generation.DroppedRows;
import dev.firn.core.read.DeletedRows;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.select.FileDrops;
import dev.firn.maintenance.select.Selections;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.FileScanTask;

/** What a pass would do with a partition that is due, without doing it. */
final class DryRun {
  private final Assessment assessed;
  private final Content content;
  private final Rewrite rewrite;

  DryRun(Assessment assessed) {
    this.assessed = assessed;
    this.content = Objects.requireNonNull(assessed.content());
    this.rewrite = Objects.requireNonNull(assessed.rewrite());
  }

  PartitionReport report() throws IOException {
    DroppedRows dropped = dropped();
    PartitionReport now = assessed.report();
    long all = content.snapshot().rows() + assessed.unpublishedRows();
    return new PartitionReport(
        now.partition(),
        now.layout(),
        Outcome.COMPACTED,
        now.reason(),
        now.generationBefore(),
        null,
        now.rowsBefore(),
        all - dropped.total(),
        dropped,
        0,
        now.dataFilesBefore(),
        rewrite.groups().size() + rewrite.carried().size(),
        rewrite.filesToRewrite(),
        rewrite.carried().size(),
        now.bytesBefore(),
        now.bytesBefore(),
        0,
        rewrite.left());
  }

  private DroppedRows dropped() throws IOException {
    DeletedRows deleted = new DeletedRows(Objects.requireNonNull(assessed.live()).generation());
    DroppedRows dropped = DroppedRows.none();
    for (PlannedFile file : rewrite.dropped()) {
      FileScanTask task = task(file);
      dropped =
          dropped.plus(
              Selections.whole(task, deleted.of(task), file.verdict().all().orElseThrow()).count());
    }
    for (List<PlannedFile> group : rewrite.groups()) {
      List<FileScanTask> tasks = group.stream().map(this::task).toList();
      for (FileDrops drops : content.selections().drops(tasks, deleted.of(tasks))) {
        dropped = dropped.plus(drops.count());
      }
    }
    return dropped;
  }

  private FileScanTask task(PlannedFile file) {
    return Objects.requireNonNull(content.tasks().get(file.location()), file.location());
  }
}
