package dev.firn.maintenance.retain;

/**
 * Where the rows begin that stay: those with a time before {@code time} go, and of those at that
 * time the first {@code ties} in the order of partitions, files and rows.
 *
 * @param time in microseconds
 */
record RetentionLine(long time, long ties) {
  /** Nothing goes. */
  static final RetentionLine NONE = new RetentionLine(TimeRange.EARLIEST, 0);

  boolean isBefore(RetentionLine other) {
    return time != other.time ? time < other.time : ties < other.ties;
  }

  /** True if a file with these times may hold a row that goes. */
  boolean mayReach(TimeRange times) {
    return times.min() < time || (times.min() == time && ties > 0);
  }
}
