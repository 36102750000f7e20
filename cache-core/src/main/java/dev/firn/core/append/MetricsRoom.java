package dev.firn.core.append;

import dev.firn.core.rows.EncodedFile;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the writers of a process may remember of files that are not published yet (I7). What
 * Iceberg is told of a column of a file takes half a kilobyte, so that it is 10 MB at most: 1,300
 * files of 15 columns. The footers of further files are read when they are published.
 */
final class MetricsRoom {
  private static final long COLUMNS = 20_000;

  private final AtomicLong left = new AtomicLong(COLUMNS);

  /** True if the file may be remembered; then its room is to be given back one day. */
  boolean take(EncodedFile file) {
    long columns = columns(file);
    if (left.addAndGet(-columns) >= 0) {
      return true;
    }
    left.addAndGet(columns);
    return false;
  }

  void giveBack(EncodedFile file) {
    left.addAndGet(columns(file));
  }

  private static long columns(EncodedFile file) {
    return 1 + file.columns();
  }
}
