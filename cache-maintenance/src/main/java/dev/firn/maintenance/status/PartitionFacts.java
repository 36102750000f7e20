package dev.firn.maintenance.status;

import dev.firn.maintenance.status.PartitionStatus.LiveContent;
import dev.firn.maintenance.status.PartitionStatus.State;
import java.util.List;
import java.util.Optional;

/** What was found in a partition, of which its status is made; there are two ways to find it. */
sealed interface PartitionFacts {

  /**
   * The live generation loads.
   *
   * @param content empty if it is not known
   * @param retiredBytes bytes of superseded generations that the disk gets back when they go
   * @param orphanedBytes bytes of what was never live and nobody builds
   * @param notes things that stay until somebody looks at them
   * @param due whether the next pass would compact it
   * @param dueReason why, or why not
   * @param filesDue files that passes would rewrite, 0 if it is not due
   */
  record LiveFacts(
      Optional<LiveContent> content,
      long retiredBytes,
      long orphanedBytes,
      List<String> notes,
      boolean due,
      String dueReason,
      long filesDue)
      implements PartitionFacts {
    public LiveFacts {
      notes = List.copyOf(notes);
    }
  }

  /**
   * There is none, or none that can be trusted.
   *
   * @param problem what is wrong and where, empty if nothing is
   * @param repairHint what an operator can do about it, empty if there is nothing to do
   * @param dueReason why no pass compacts it
   */
  record NotLive(State state, String problem, String repairHint, String dueReason)
      implements PartitionFacts {}
}
