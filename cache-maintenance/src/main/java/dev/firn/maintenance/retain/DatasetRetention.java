package dev.firn.maintenance.retain;

import dev.firn.core.layout.Partition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What retention decided for a dataset, and what an operator should know of it.
 *
 * @param timeColumns from which the event time is read, of all partitions; {@link #LANDING_TIME}
 *     where a table has none
 * @param cutoff rows before it go by their age; empty if the age does not matter
 * @param rowsExpired rows that go
 * @param rowsProtected rows that would go, were they not protected
 * @param oldestProtected the time of the oldest of them
 * @param rowsWithoutTime rows that were looked at, have no time, and so stay
 * @param warnings caps that cannot be met, partitions that were left out
 * @param error why nothing of the dataset is dropped; empty if all is well
 */
public record DatasetRetention(
    String dataset,
    SortedSet<String> timeColumns,
    Optional<Instant> cutoff,
    long rowsExpired,
    long rowsProtected,
    Optional<Instant> oldestProtected,
    long rowsWithoutTime,
    List<String> warnings,
    Optional<String> error) {
  /** Stands for a column where files go by the time at which they landed. */
  public static final String LANDING_TIME = "(landing time)";

  public DatasetRetention {
    timeColumns = Collections.unmodifiableSortedSet(new TreeSet<>(timeColumns));
    warnings = List.copyOf(warnings);
  }

  DatasetRetention withWarning(String warning) {
    List<String> more = new ArrayList<>(warnings);
    if (!more.contains(warning)) {
      more.add(warning);
    }
    return new DatasetRetention(
        dataset,
        timeColumns,
        cutoff,
        rowsExpired,
        rowsProtected,
        oldestProtected,
        rowsWithoutTime,
        more,
        error);
  }

  /** This and a further decision of the same pass, which knows better what stays. */
  DatasetRetention followedBy(DatasetRetention next) {
    DatasetRetention both =
        new DatasetRetention(
            dataset,
            next.timeColumns.isEmpty() ? timeColumns : next.timeColumns,
            cutoff,
            rowsExpired + next.rowsExpired,
            next.rowsProtected,
            next.oldestProtected,
            Math.max(rowsWithoutTime, next.rowsWithoutTime),
            warnings,
            next.error);
    for (String warning : next.warnings) {
      both = both.withWarning(warning);
    }
    return both;
  }

  static DatasetRetention failed(String dataset, Optional<Instant> cutoff, String error) {
    return new DatasetRetention(
        dataset, new TreeSet<>(), cutoff, 0, 0, Optional.empty(), 0, List.of(), Optional.of(error));
  }

  /** With what goes of each partition, by its path. */
  record Decision(DatasetRetention report, Map<String, PartitionRetention> partitions) {
    Decision {
      partitions = Map.copyOf(partitions);
    }

    /** How many rows go of a partition. */
    long rows(Partition partition) {
      PartitionRetention retention = partitions.get(partition.path());
      return retention == null ? 0 : retention.rows();
    }
  }
}
