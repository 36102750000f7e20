package dev.firn.maintenance.plan;

import java.util.List;

/**
 * What a plan is made from: the live data files of a partition in numbers.
 *
 * @param files in the table's order
 * @param baselineFiles live data files right after the last swap, 0 if unknown
 */
public record PartitionSnapshot(List<PlannedFile> files, long baselineFiles) {

  /**
   * One live data file.
   *
   * @param location as the table records it
   * @param tuple files of one partition tuple (and spec) share a number
   * @param deleted true if delete files may apply to it
   * @param unreadable true if a rewrite found that it cannot be read
   * @param settled true if it came with the last swap, false if it was added since
   */
  public record PlannedFile(
      String location,
      int tuple,
      long bytes,
      long rows,
      boolean deleted,
      boolean unreadable,
      boolean settled) {}

  public PartitionSnapshot {
    files = List.copyOf(files);
  }

  public long bytes() {
    return files.stream().mapToLong(PlannedFile::bytes).sum();
  }
}
