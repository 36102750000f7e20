package dev.firn.cli.query;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;

/** Sums over the partitions of a status; what is not known counts as nothing. */
public record StatusTotals(
    long partitions,
    long unreadable,
    long rows,
    long unpublished,
    long held,
    long dataFiles,
    long bytes,
    long retiredBytes,
    long orphanedBytes) {

  public static StatusTotals of(CacheStatus status) {
    long unreadable = 0;
    long rows = 0;
    long unpublished = 0;
    long held = 0;
    long dataFiles = 0;
    long bytes = 0;
    long retiredBytes = 0;
    long orphanedBytes = 0;
    for (PartitionStatus partition : status.partitions()) {
      unreadable += partition.state() == State.UNREADABLE ? 1 : 0;
      held += partition.heldExchanges();
      retiredBytes += partition.retiredBytes();
      orphanedBytes += partition.orphanedBytes();
      if (partition.live().isPresent()) {
        LiveContent live = partition.live().get();
        // Of what was appended; what maintenance wrote down is beside it.
        rows += isJournal(partition) ? 0 : live.rows();
        unpublished += live.unpublished();
        dataFiles += live.dataFiles();
        bytes += live.bytes();
      }
    }
    return new StatusTotals(
        status.partitions().size(),
        unreadable,
        rows,
        unpublished,
        held,
        dataFiles,
        bytes,
        retiredBytes,
        orphanedBytes);
  }

  private static boolean isJournal(PartitionStatus partition) {
    return partition.partition().dataset().equals(CacheDirectory.JOURNAL_DATASET);
  }
}
