package dev.firn.cli.query;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.util.Optional;
import java.util.function.ToLongFunction;

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
    return new StatusTotals(
        status.partitions().size(),
        status.partitions().stream().filter(p -> p.state() == State.UNREADABLE).count(),
        rows(status),
        sum(status, LiveContent::unpublished),
        status.partitions().stream().mapToLong(PartitionStatus::heldExchanges).sum(),
        sum(status, LiveContent::dataFiles),
        sum(status, LiveContent::bytes),
        status.partitions().stream().mapToLong(PartitionStatus::retiredBytes).sum(),
        status.partitions().stream().mapToLong(PartitionStatus::orphanedBytes).sum());
  }

  /** Of what was appended; what maintenance wrote down is beside it. */
  private static long rows(CacheStatus status) {
    return status.partitions().stream()
        .filter(p -> !p.partition().dataset().equals(CacheDirectory.JOURNAL_DATASET))
        .mapToLong(p -> p.live().map(LiveContent::rows).orElse(0L))
        .sum();
  }

  private static long sum(CacheStatus status, ToLongFunction<LiveContent> of) {
    return status.partitions().stream()
        .map(PartitionStatus::live)
        .flatMap(Optional::stream)
        .mapToLong(of)
        .sum();
  }
}
