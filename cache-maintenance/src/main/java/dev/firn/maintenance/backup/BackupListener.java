package dev.firn.maintenance.backup;

import dev.firn.core.layout.Partition;
import dev.firn.maintenance.verify.VerifyListener;

/** Hears of a backup while it runs, on its thread; as a {@link VerifyListener} of its check. */
public interface BackupListener extends VerifyListener {

  /** Work on a partition begins; {@code index} counts from 0 to {@code count} - 1. */
  default void taking(Partition partition, int index, int count) {}

  /**
   * Files are linked or copied.
   *
   * @param filesDone of the partition's data files
   * @param filesTotal of the partition's data files
   */
  default void taken(Partition partition, long filesDone, long filesTotal) {}
}
