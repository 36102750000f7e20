package dev.firn.cli.daemon.ingest;

import java.time.Duration;
import java.util.Optional;

/** What appends must heed beside the room in memory. */
public interface Intake {

  /** Why nothing can be taken now for want of room on the disk; empty if it can. */
  Optional<String> diskProblem();

  /** How much later an answer goes out, because small files pile up in a partition. */
  Duration slowdown(String partitionPath);

  /**
   * Exchanges of this daemon landed.
   *
   * @param where the landed file, or the held one, below the root
   */
  void landed(String partitionPath, String where, boolean held);
}
