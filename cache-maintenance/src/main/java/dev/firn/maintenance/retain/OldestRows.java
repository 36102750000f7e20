package dev.firn.maintenance.retain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the line below which exactly so many rows are that may go.
 *
 * <p>By counting: the range of times is cut into 65,536 parts, the rows of each part counted, and
 * the part in which the line must be cut again, until it is one microsecond wide. That takes four
 * rounds at most for the whole range there is, and 512 KB (I7). Statistics narrow the range before
 * the first round, so that only files are read whose times overlap what is left: of files in the
 * order of their times one or two, however many there are.
 */
final class OldestRows {
  private static final int PARTS = 1 << 16;

  /** Reads the times of the rows of a file that may go. */
  interface Times {
    void forEach(RetainedFile file, Sink sink) throws IOException;
  }

  /** Takes times in microseconds. */
  interface Sink {
    void accept(long time);
  }

  /** Says whether every row of a file may go, for sure. */
  interface Wholes {
    boolean isWhole(RetainedFile file);
  }

  private final List<RetainedFile> files;
  private final Times times;
  private final Wholes wholes;

  OldestRows(List<RetainedFile> files, Times times, Wholes wholes) {
    this.files = files;
    this.times = times;
    this.wholes = wholes;
  }

  /**
   * @param count how many rows are to be below the line, at least one
   * @return empty if no more rows than that may go: then all of them
   */
  Optional<RetentionLine> find(long count) throws IOException {
    long low = lowest(count);
    long high = highest(count);
    long below = 0;
    List<RetainedFile> partly = new ArrayList<>();
    for (RetainedFile file : files) {
      if (wholes.isWhole(file) && file.times().max() < low) {
        below += file.rows();
      } else if (file.times().min() <= high) {
        partly.add(file);
      }
    }
    boolean first = true;
    while (true) {
      long width = (high - low) / PARTS + 1;
      long[] counts = new long[PARTS];
      long[] under = {0};
      long from = low;
      long to = high;
      for (RetainedFile file : partly) {
        if (!first && (file.times().max() < from || file.times().min() > to)) {
          continue;
        }
        times.forEach(
            file,
            time -> {
              if (time < from) {
                under[0]++;
              } else if (time <= to) {
                counts[(int) ((time - from) / width)]++;
              }
            });
      }
      below += first ? under[0] : 0;
      first = false;
      int part = 0;
      while (part < PARTS && below + counts[part] < count) {
        below += counts[part++];
      }
      if (part == PARTS) {
        return Optional.empty();
      }
      if (width == 1) {
        return Optional.of(new RetentionLine(low + part, count - below));
      }
      low += part * width;
      high = Math.min(high, low + width - 1);
    }
  }

  /** Fewer rows than {@code count} have a time before this. */
  private long lowest(long count) {
    long rows = 0;
    for (RetainedFile file :
        files.stream().sorted(Comparator.comparingLong(f -> f.times().min())).toList()) {
      rows += file.rows();
      if (rows >= count) {
        return file.times().min();
      }
    }
    return TimeRange.EARLIEST;
  }

  /** At least {@code count} rows that may go have a time of this or before, or nobody knows. */
  private long highest(long count) {
    long rows = 0;
    for (RetainedFile file :
        files.stream()
            .filter(wholes::isWhole)
            .sorted(Comparator.comparingLong(f -> f.times().max()))
            .toList()) {
      rows += file.rows();
      if (rows >= count) {
        return file.times().max();
      }
    }
    return TimeRange.LATEST;
  }
}
