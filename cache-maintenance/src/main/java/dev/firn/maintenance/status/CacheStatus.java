package dev.firn.maintenance.status;

import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.OldRows;
import java.util.List;
import java.util.Optional;

/**
 * How a cache is, partition by partition; what needs attention comes first.
 *
 * @param lastPass ISO time of the last recorded pass
 * @param backupTaken ISO time of the backup that this cache was made as; what was appended to the
 *     original after that is not in it
 * @param spools other programs' spools, with rows that are in no table yet
 * @param retention what the last pass found of each dataset that has a retention
 * @param old what is old in each dataset that has none
 * @param reserve of room on the disk for passes; empty where not all of the cache was looked at
 */
public record CacheStatus(
    Optional<String> lastPass,
    Optional<String> backupTaken,
    List<PartitionStatus> partitions,
    List<Spool> spools,
    List<DatasetRetention> retention,
    List<OldRows> old,
    Optional<ReserveStatus> reserve) {

  /** Where no dataset has a retention, and nothing is known to be old. */
  public CacheStatus(
      Optional<String> lastPass,
      Optional<String> backupTaken,
      List<PartitionStatus> partitions,
      List<Spool> spools) {
    this(lastPass, backupTaken, partitions, spools, List.of(), List.of(), Optional.empty());
  }

  /** A directory in which another program keeps rows on their way into a table. */
  public record Spool(String path, long bytes) {}

  /**
   * The file that is given up on a full disk.
   *
   * @param bytes what it takes now
   */
  public record ReserveStatus(Reserve.State state, long bytes) {}

  /** Of a cache that is not there yet. */
  public static CacheStatus empty() {
    return new CacheStatus(Optional.empty(), Optional.empty(), List.of(), List.of());
  }

  public CacheStatus {
    partitions = List.copyOf(partitions);
    spools = List.copyOf(spools);
    retention = List.copyOf(retention);
    old = List.copyOf(old);
  }
}
