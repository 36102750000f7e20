package dev.firn.maintenance.purge;

import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import java.nio.file.Path;
import java.util.List;

/**
 * What a purge did, or would do.
 *
 * @param spools directories in which another program keeps rows that are in no table yet; they were
 *     not looked at
 * @param gone directories with rows of partitions that are no more: archives and copies that a drop
 *     of the dataset has left; they were not looked at
 */
public record PurgeReport(
    boolean applied,
    List<PurgedPartition> partitions,
    List<Path> spools,
    List<Path> gone,
    long elapsedMillis) {
  public PurgeReport {
    gone = List.copyOf(gone);
    partitions = List.copyOf(partitions);
    spools = List.copyOf(spools);
  }

  public long count(Outcome outcome) {
    return partitions.stream().filter(partition -> partition.outcome() == outcome).count();
  }
}
