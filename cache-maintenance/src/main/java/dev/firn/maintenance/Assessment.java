package dev.firn.maintenance;

import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.select.Selections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in a partition and what is to be done with it.
 *
 * @param live what was read; null if it is in doubt or absent
 * @param rows live rows
 * @param unpublishedRows those of them that are in no snapshot yet
 */
public record Assessment(
    Partition partition,
    @Nullable Live live,
    @Nullable Content content,
    long rows,
    long unpublishedRows,
    @Nullable Rewrite rewrite,
    PartitionReport report) {

  /** Without what a rewrite needs of each file, so that the assessments of a pass stay small. */
  Assessment withoutTasks() {
    return new Assessment(
        partition,
        live,
        content == null
            ? null
            : new Content(content.snapshot(), Map.of(), Selections.none(), content.unpublished()),
        rows,
        unpublishedRows,
        rewrite,
        report);
  }

  /** The same with less to do. */
  Assessment with(Rewrite lesser) {
    return new Assessment(partition, live, content, rows, unpublishedRows, lesser, report);
  }

  public boolean isDue() {
    return rewrite != null;
  }

  /** How much a partition needs it: files that would go. */
  public long need() {
    return rewrite == null
        ? 0
        : rewrite.filesToRewrite() - rewrite.groups().size() + rewrite.dropped().size();
  }

  /** Files that the next pass would rewrite, in all its steps; 0 if it is not due. */
  public long filesDue() {
    return rewrite == null ? 0 : rewrite.filesDue();
  }

  /** The report where the pass had no time for it. */
  PartitionReport leftForLater() {
    return report.with(
        Outcome.SKIPPED,
        "due (" + reason() + "), but the time budget is used up; the next pass goes on here",
        filesDue());
  }

  public String reason() {
    return report.reason();
  }

  /** The same content with another outcome. */
  public PartitionReport report(Outcome outcome, String reason) {
    return live == null || content == null
        ? PartitionReport.untouched(
            partition, report.layout(), report.generationBefore(), outcome, reason)
        : PartitionReport.unchanged(
            partition,
            live.generation().name().layout(),
            live.generation().name().format(),
            outcome,
            reason,
            rows,
            content.snapshot().files().size(),
            content.snapshot().bytes());
  }
}
