package dev.firn.maintenance.retain;

import dev.firn.core.generation.Generation;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;

/**
 * Rows of a dataset without a retention that are older than {@link #DAYS} days: the suggestion of
 * {@code config init}. Counted are files of which the manifests prove that every row is, so there
 * may be more. Where that is not known (no time column, a text, a delete file) nothing is said.
 *
 * @param column where the time is
 * @param rows at least so many
 * @param bytes of their files
 * @param oldest the earliest time among them
 */
public record OldRows(String dataset, String column, long rows, long bytes, Instant oldest) {
  public static final int DAYS = 90;

  /**
   * The columns of which {@link #find} looks at the first that is there and can be a time; none if
   * the dataset has a retention.
   */
  public static List<String> columns(RetentionConfig config, String dataset) {
    if (config.isConfigured(dataset)) {
      return List.of();
    }
    return config.timestampColumn(dataset).map(List::of).orElse(EventTime.COLUMNS);
  }

  /** Rows of before this are old. */
  public static long beforeMicros(Instant now) {
    return EventTime.micros(now.minus(Duration.ofDays(DAYS)));
  }

  /**
   * The live files of a partition with the statistics that {@link #find} looks at; empty where
   * there is nothing to find.
   */
  public static Optional<List<FileScanTask>> files(RetentionConfig config, Live live)
      throws IOException {
    Optional<EventTime> time = time(config, live);
    if (time.isEmpty()) {
      return Optional.empty();
    }
    Generation generation = live.generation();
    return Optional.of(generation.liveFilesWithStatisticsOf(List.of(time.get().column().name())));
  }

  /**
   * @param files of {@link #files}
   * @param now by which age is measured
   */
  public static Optional<OldRows> find(
      RetentionConfig config, Live live, Collection<FileScanTask> files, Instant now) {
    Optional<EventTime> time = time(config, live);
    if (time.isEmpty()) {
      return Optional.empty();
    }
    long before = beforeMicros(now);
    long rows = 0;
    long bytes = 0;
    long oldest = TimeRange.LATEST;
    for (FileScanTask file : files) {
      TimeRange times = TimeRange.of(file, time.get());
      if (times.max() < before && !times.mayLackTime() && file.deletes().isEmpty()) {
        rows += file.file().recordCount();
        bytes += file.file().fileSizeInBytes();
        oldest = Math.min(oldest, times.min());
      }
    }
    return rows == 0
        ? Optional.empty()
        : Optional.of(
            new OldRows(
                live.partition().dataset(),
                time.get().column().name(),
                rows,
                bytes,
                EventTime.instant(oldest)));
  }

  private static Optional<EventTime> time(RetentionConfig config, Live live) {
    String dataset = live.partition().dataset();
    if (config.isConfigured(dataset)) {
      return Optional.empty();
    }
    try {
      Optional<String> declared = config.timestampColumn(dataset);
      return declared.isPresent()
          ? Optional.of(EventTime.declared(live.generation().metadata().schema(), declared.get()))
          : EventTime.find(live.generation().metadata().schema());
    } catch (RetentionException e) {
      return Optional.empty();
    }
  }

  /** These and those of another partition of the dataset. */
  public OldRows plus(OldRows other) {
    return new OldRows(
        dataset,
        column,
        rows + other.rows,
        bytes + other.bytes,
        oldest.isBefore(other.oldest) ? oldest : other.oldest);
  }
}
