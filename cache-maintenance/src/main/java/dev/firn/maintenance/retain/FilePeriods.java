package dev.firn.maintenance.retain;

import dev.firn.core.condition.ColumnStatistics;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.SettledName;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;

/**
 * Which files of a dataset under retention by age belong together, so that compaction merges no
 * others. Its window has 32 parts, of 22.5 hours each where rows stay for 30 days, an hour at
 * least; eight parts are a stretch. Files go by their newest row.
 *
 * <p>Files of one stretch are merged: a quarter of the window becomes one file, which holds what
 * its rows repeat once. Only in the stretch in which the cutoff is, what earlier swaps have written
 * is left alone; and a file of which the first rows go there is cut, in that same rewrite, into
 * pieces of about a part each ({@link FilePlace#pieces}). From then on whole pieces go, and only
 * the one that straddles the cutoff is rewritten at a pass.
 *
 * <p>That is what makes retention by age both exact and cheap. A pass writes at most a 32nd of the
 * window for it, on average half of that, and once in a stretch a quarter; were files merged
 * without regard to time, it would write the whole window anew each time. There are some four
 * stretches and eight pieces instead of 32 parts, each with its own copy of what repeats: where 20
 * rows come a day, a part has hardly more rows than there are values that repeat.
 *
 * <p>Pieces are cut by the number of rows, since rows are as a rule in the order of their time: a
 * burst is cut finer than what is around it. Pieces are of {@value #LEAST_PIECE_BYTES} bytes at
 * least, and fewer than three are not worth it: so small a file costs little whenever it is
 * rewritten.
 *
 * <p>Only the layout depends on it, no row: so a bound in a manifest that is wrong, or a text that
 * was cut, does no harm.
 */
public final class FilePeriods {
  private static final int PARTS = 32;
  private static final int PARTS_A_STRETCH = 8;
  private static final int LEAST_PIECES = 3;
  static final long LEAST_PIECE_BYTES = 32 << 10;
  private static final long SHORTEST_MICROS = 3_600_000_000L;

  private final Disk disk;
  private final Generation generation;
  private final Optional<EventTime> time;
  private final long micros;
  private final long cutoff;

  private FilePeriods(
      Disk disk, Generation generation, Optional<EventTime> time, long micros, long cutoff) {
    this.disk = disk;
    this.generation = generation;
    this.time = time;
    this.micros = micros;
    this.cutoff = cutoff;
  }

  /**
   * Empty where rows do not go by their age.
   *
   * @param now by which age is measured
   */
  public static Optional<FilePeriods> of(
      Disk disk, RetentionConfig config, Instant now, Live live) {
    String dataset = live.partition().dataset();
    RetentionPolicy policy = config.policy(dataset);
    if (policy.days().isEmpty() || policy.days().getAsLong() == 0) {
      return Optional.empty();
    }
    Schema schema = live.generation().metadata().schema();
    try {
      Duration days = Duration.ofDays(policy.days().getAsLong());
      Optional<EventTime> time =
          config.timestampColumn(dataset).isPresent()
              ? Optional.of(EventTime.declared(schema, config.timestampColumn(dataset).get()))
              : EventTime.find(schema);
      long micros =
          Math.max(SHORTEST_MICROS, Math.multiplyExact(days.toSeconds(), 1_000_000L) / PARTS);
      return Optional.of(
          new FilePeriods(
              disk,
              live.generation(),
              time,
              micros,
              Math.floorDiv(EventTime.micros(now.minus(days)), micros)));
    } catch (RetentionException | DateTimeException | ArithmeticException e) {
      return Optional.empty(); // longer than there are times, or an error that is told elsewhere
    }
  }

  /** The live files, with the statistics that {@link #places} looks at. */
  public List<FileScanTask> liveFiles() throws IOException {
    if (time.isEmpty()) {
      return generation.liveFiles();
    }
    String column = generation.metadata().schema().findColumnName(time.get().column().fieldId());
    return generation.liveFilesWithStatisticsOf(List.of(String.valueOf(column)));
  }

  /** Where each of these files belongs; one of which nobody knows goes with the latest. */
  public List<FilePlace> places(List<FileScanTask> files) throws IOException {
    List<Parts> parts = new ArrayList<>();
    long latest = Long.MIN_VALUE;
    for (FileScanTask file : files) {
      Parts of = parts(file);
      parts.add(of);
      latest = Math.max(latest, of.newest());
    }
    List<FilePlace> places = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      places.add(place(files.get(i), parts.get(i), latest));
    }
    return places;
  }

  private FilePlace place(FileScanTask file, Parts parts, long latest) {
    long newest = parts.newest() == Long.MIN_VALUE ? latest : parts.newest();
    long stretch = Math.floorDiv(newest, PARTS_A_STRETCH);
    boolean over = stretch < Math.floorDiv(latest, PARTS_A_STRETCH);
    if (stretch != Math.floorDiv(cutoff, PARTS_A_STRETCH)) {
      return new FilePlace(stretch * PARTS_A_STRETCH, over, false, 1);
    }
    long bytes = file.file().fileSizeInBytes();
    long pieces =
        Math.min(
            parts.oldest() == Long.MIN_VALUE ? 1 : newest - Math.max(parts.oldest(), cutoff) + 1,
            bytes / LEAST_PIECE_BYTES);
    return new FilePlace(
        newest,
        newest < latest,
        bytes >= LEAST_PIECE_BYTES && isSettled(file),
        pieces < LEAST_PIECES ? 1 : Math.toIntExact(pieces));
  }

  private static boolean isSettled(FileScanTask file) {
    String location = file.file().location();
    return SettledName.matches(location.substring(location.lastIndexOf('/') + 1));
  }

  /**
   * Numbered in the order of time.
   *
   * @param oldest of the file's oldest row; {@code Long.MIN_VALUE} if nobody knows
   * @param newest of its newest row, in the same way
   */
  private record Parts(long oldest, long newest) {}

  private Parts parts(FileScanTask file) throws IOException {
    if (time.isEmpty()) {
      long landed =
          part(
              EventTime.micros(
                  LandingTime.of(disk, generation.io().resolve(file.file().location()))));
      return new Parts(landed, landed);
    }
    ColumnStatistics statistics = ColumnStatistics.of(file.file(), time.get().column());
    return new Parts(
        part(time.get().micros(statistics.lower())), part(time.get().micros(statistics.upper())));
  }

  private long part(long at) {
    return at == EventTime.NONE ? Long.MIN_VALUE : Math.floorDiv(at, micros);
  }
}
