package dev.firn.maintenance.unchanged;

import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.time.Instant;

/**
 * That a pass looked at a partition and found nothing to do, and what it reported.
 *
 * @param from when it looked
 * @param until when to look again even if nothing has changed
 * @param stamp {@link Stamp#value} before it looked
 */
record Verdict(
    Instant from,
    Instant until,
    long stamp,
    Layout layout,
    String generation,
    String metadataFile,
    long rows,
    long dataFiles,
    long bytes,
    String reason) {

  /** A clock before {@link #from} has been set back, and says nothing of {@link #until}. */
  boolean holdsAt(Instant now) {
    return !now.isBefore(from) && now.isBefore(until);
  }

  PartitionReport report(Partition partition) {
    return PartitionReport.unchanged(
        partition, layout, generation, Outcome.SKIPPED, reason, rows, dataFiles, bytes);
  }
}
