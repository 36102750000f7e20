package dev.firn.maintenance.verify;

import dev.firn.core.layout.Partition;

/** Hears of a check while it runs, on its thread. */
public interface VerifyListener {

  /** Work on a partition begins; {@code index} counts from 0 to {@code count} - 1. */
  default void started(Partition partition, int index, int count) {}

  /**
   * A full check goes on.
   *
   * @param bytesDone of data files decoded
   * @param bytesTotal of the partition's data files
   */
  default void progress(Partition partition, long bytesDone, long bytesTotal) {}

  /** Work on a partition has ended. */
  default void finished(VerifiedPartition partition) {}
}
