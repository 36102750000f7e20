package dev.firn.maintenance.report;

import dev.firn.core.generation.DroppedRows;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.retain.DatasetRetention;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one pass did, as the report of {@code query maintain --json}.
 *
 * @param removed what the sweep removed; in a dry run: would remove
 * @param kept what could be removed one day or must be looked at, and why it stays
 * @param bytesPending bytes that the disk gets back when graces end
 * @param retention what was decided for each dataset that has a retention
 * @param litter data files that nobody reads, by path of the partition; of those alone that have
 *     some
 * @param damaged how many data files cannot be read and stay as they are, by path of the partition;
 *     of those alone that have some
 * @param diskRefused true if the disk refused something: full, no permission, an error
 */
public record PassReport(
    boolean dryRun,
    long elapsedMillis,
    List<PartitionReport> partitions,
    List<Removed> removed,
    List<Kept> kept,
    long bytesPending,
    List<DatasetRetention> retention,
    Map<String, Litter> litter,
    Map<String, Integer> damaged,
    boolean diskRefused) {

  /** Where every data file is read by somebody, and can be. */
  public PassReport(
      boolean dryRun,
      long elapsedMillis,
      List<PartitionReport> partitions,
      List<Removed> removed,
      List<Kept> kept,
      long bytesPending,
      List<DatasetRetention> retention,
      boolean diskRefused) {
    this(
        dryRun,
        elapsedMillis,
        partitions,
        removed,
        kept,
        bytesPending,
        retention,
        Map.of(),
        Map.of(),
        diskRefused);
  }

  /** Where no dataset has a retention, too. */
  public PassReport(
      boolean dryRun,
      long elapsedMillis,
      List<PartitionReport> partitions,
      List<Removed> removed,
      List<Kept> kept,
      long bytesPending,
      boolean diskRefused) {
    this(dryRun, elapsedMillis, partitions, removed, kept, bytesPending, List.of(), diskRefused);
  }

  /**
   * Something that was removed.
   *
   * @param path below the root, with slashes
   * @param bytes what the disk got back: a file that lives on under another name frees nothing
   */
  public record Removed(String path, String why, long bytes) {}

  /** Something that stays, and why. */
  public record Kept(String path, String why) {}

  public PassReport {
    partitions = List.copyOf(partitions);
    removed = List.copyOf(removed);
    kept = List.copyOf(kept);
    retention = List.copyOf(retention);
    litter = Collections.unmodifiableMap(new TreeMap<>(litter));
    damaged = Collections.unmodifiableMap(new TreeMap<>(damaged));
  }

  public long count(Outcome outcome) {
    return partitions.stream().filter(p -> p.outcome() == outcome).count();
  }

  public long rowsDropped() {
    return dropped().total();
  }

  /** Rows that were dropped, by reason. */
  public DroppedRows dropped() {
    return partitions.stream()
        .map(PartitionReport::dropped)
        .reduce(DroppedRows.none(), DroppedRows::plus);
  }

  public long rowsArchived() {
    return partitions.stream().mapToLong(PartitionReport::rowsArchived).sum();
  }

  public long bytesReclaimed() {
    return removed.stream().mapToLong(Removed::bytes).sum();
  }
}
