package dev.firn.maintenance.retain;

import dev.firn.core.condition.ColumnStatistics;
import org.apache.iceberg.FileScanTask;

/**
 * What is known of the times in a file without reading its rows.
 *
 * @param min no row has an earlier time; {@link #EARLIEST} if nobody knows
 * @param max no row has a later time; {@link #LATEST} if nobody knows
 * @param mayLackTime false if it is known that every row has a time
 */
record TimeRange(long min, long max, boolean mayLackTime) {
  static final long EARLIEST = -(1L << 61);
  static final long LATEST = 1L << 61;

  private static final TimeRange UNKNOWN = new TimeRange(EARLIEST, LATEST, true);

  /** Of rows that all have the same time. */
  static TimeRange at(long micros) {
    return new TimeRange(micros, micros, false);
  }

  /** As the manifest tells; a file in which no row has a time is later than any other. */
  static TimeRange of(FileScanTask file, EventTime time) {
    ColumnStatistics statistics = ColumnStatistics.of(file.file(), time.column());
    if (!statistics.mayHaveValues()) {
      return new TimeRange(LATEST, LATEST, true);
    }
    Object lower = statistics.lower();
    Object upper = statistics.upper();
    if (lower == null || upper == null || !time.isOrdered(lower, upper)) {
      return UNKNOWN;
    }
    long min = time.micros(lower);
    long max = time.micros(upper);
    return min == EventTime.NONE || max == EventTime.NONE || min > max
        ? UNKNOWN
        : new TimeRange(
            Math.max(EARLIEST, min),
            Math.min(LATEST, max),
            statistics.mayHaveNulls() || statistics.mayHaveNans());
  }
}
