package dev.firn.maintenance.status;

import java.util.List;
import java.util.Optional;

/**
 * How a cache is, partition by partition; what needs attention comes first.
 *
 * @param lastPass ISO time of the last recorded pass
 * @param spools other programs' spools, with rows that are in no table yet
 */
public record CacheStatus(
    Optional<String> lastPass, List<PartitionStatus> partitions, List<Spool> spools) {

  /** A directory in which another program keeps rows on their way into a table. */
  public record Spool(String path, long bytes) {}

  public CacheStatus {
    partitions = List.copyOf(partitions);
    spools = List.copyOf(spools);
  }
}
