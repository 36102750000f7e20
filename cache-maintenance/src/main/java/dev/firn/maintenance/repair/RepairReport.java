package dev.firn.maintenance.repair;

import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import java.util.List;

/**
 * What a repair of a cache found and did.
 *
 * @param applied false if it only said what would be done
 * @param diskRefused true if the disk refused something: full, no permission, an error
 */
public record RepairReport(
    boolean applied, List<RepairedPartition> partitions, long elapsedMillis, boolean diskRefused) {

  public RepairReport {
    partitions = List.copyOf(partitions);
  }

  public long count(Outcome outcome) {
    return partitions.stream().filter(partition -> partition.outcome() == outcome).count();
  }

  public long count(Status status) {
    return partitions.stream().mapToLong(partition -> partition.count(status)).sum();
  }

  /** Partitions whose rows cannot be read. */
  public long unreadable() {
    return partitions.stream().filter(RepairedPartition::unreadable).count();
  }

  /** Places in which a check still finds damage. */
  public long damage() {
    return partitions.stream().mapToLong(partition -> partition.damage().size()).sum();
  }
}
