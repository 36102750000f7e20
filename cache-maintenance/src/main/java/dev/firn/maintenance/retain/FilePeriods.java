package dev.firn.maintenance.retain;

import dev.firn.core.condition.ColumnStatistics;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Into which part of a dataset's window a file belongs by its newest row, so that compaction merges
 * only files of one part: 32 of them, of 22.5 hours each where rows stay for 30 days, an hour at
 * least.
 *
 * <p>That is what makes retention by age both exact and cheap. At any time one part straddles the
 * cutoff, and is rewritten for the rows that go at each pass; every other file goes whole or is
 * hard-linked. A pass writes at most a 32nd of the window for it, on average half of that; were
 * files merged without regard to time, it would write the whole window anew each time.
 *
 * <p>Only the layout depends on it, no row: so a bound in a manifest that is wrong, or a text that
 * was cut, does no harm.
 */
public final class FilePeriods {
  private static final int PARTS = 32;
  private static final long SHORTEST_MICROS = 3_600_000_000L;

  private final Disk disk;
  private final Generation generation;
  private final Optional<EventTime> time;
  private final long micros;

  private FilePeriods(Disk disk, Generation generation, Optional<EventTime> time, long micros) {
    this.disk = disk;
    this.generation = generation;
    this.time = time;
    this.micros = micros;
  }

  /** Empty where rows do not go by their age. */
  public static Optional<FilePeriods> of(Disk disk, RetentionConfig config, Live live) {
    String dataset = live.partition().dataset();
    RetentionPolicy policy = config.policy(dataset);
    if (policy.days().isEmpty() || policy.days().getAsLong() == 0) {
      return Optional.empty();
    }
    long window = Duration.ofDays(policy.days().getAsLong()).toSeconds() * 1_000_000;
    Schema schema = live.generation().metadata().schema();
    Optional<EventTime> time;
    try {
      time =
          config.timestampColumn(dataset).isPresent()
              ? Optional.of(EventTime.declared(schema, config.timestampColumn(dataset).get()))
              : EventTime.find(schema);
    } catch (RetentionException e) {
      return Optional.empty();
    }
    return Optional.of(
        new FilePeriods(disk, live.generation(), time, Math.max(SHORTEST_MICROS, window / PARTS)));
  }

  /** The live files, with the statistics that {@link #period} looks at. */
  public List<FileScanTask> liveFiles() throws IOException {
    if (time.isEmpty()) {
      return generation.liveFiles();
    }
    String column = generation.metadata().schema().findColumnName(time.get().column().fieldId());
    return generation.liveFilesWithStatisticsOf(List.of(String.valueOf(column)));
  }

  /** Parts are numbered in the order of time; null if nobody knows. */
  public @Nullable Long period(FileScanTask file) throws IOException {
    long newest = EventTime.NONE;
    if (time.isEmpty()) {
      newest =
          EventTime.micros(LandingTime.of(disk, generation.io().resolve(file.file().location())));
    } else {
      Object upper = ColumnStatistics.of(file.file(), time.get().column()).upper();
      newest = time.get().micros(upper);
    }
    return newest == EventTime.NONE ? null : Math.floorDiv(newest, micros);
  }
}
