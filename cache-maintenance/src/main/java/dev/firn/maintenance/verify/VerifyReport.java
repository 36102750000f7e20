package dev.firn.maintenance.verify;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What a check of a cache found.
 *
 * @param full whether every page was decoded
 * @param partitions in the order of their paths
 * @param elsewhere findings that belong to no partition
 * @param diskRefused true if the disk failed to read something that is there
 */
public record VerifyReport(
    boolean full,
    List<VerifiedPartition> partitions,
    List<Finding> elsewhere,
    long elapsedMillis,
    boolean diskRefused) {

  public VerifyReport {
    partitions = List.copyOf(partitions);
    elsewhere = List.copyOf(elsewhere);
  }

  public long count(Severity severity) {
    return sum(partition -> partition.count(severity))
        + elsewhere.stream().filter(finding -> finding.severity() == severity).count();
  }

  public long count(VerifiedPartition.State state) {
    return partitions.stream().filter(partition -> partition.state() == state).count();
  }

  /** A number over all partitions. */
  public long sum(ToLongFunction<VerifiedPartition> number) {
    return partitions.stream().mapToLong(number).sum();
  }
}
