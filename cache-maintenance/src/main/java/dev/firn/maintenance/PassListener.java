package dev.firn.maintenance;

import dev.firn.core.layout.Partition;
import dev.firn.maintenance.report.PartitionReport;

/** Hears of a pass while it runs, on the thread of the pass. */
public interface PassListener {

  /** Work on a partition begins; {@code index} counts from 0 to {@code count} - 1. */
  default void started(Partition partition, int index, int count) {}

  /**
   * A rewrite goes on.
   *
   * @param bytesDone of input data files
   * @param bytesTotal of input data files
   */
  default void progress(Partition partition, long bytesDone, long bytesTotal) {}

  /** Work on a partition has ended. */
  default void finished(PartitionReport report) {}
}
