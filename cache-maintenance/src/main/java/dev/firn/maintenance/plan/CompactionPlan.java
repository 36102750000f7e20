package dev.firn.maintenance.plan;

import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.util.List;

/** What to do with a partition, and why. */
public sealed interface CompactionPlan {

  /** Why, in a few words with the numbers that decide. Never empty. */
  String reason();

  /**
   * Rewrite it.
   *
   * @param groups files that become one file each group, or more where one would be too large
   * @param carried files that go over as they are, by hard link
   * @param dropped files that go whole, each for the reason in its verdict
   * @param left how many of the carried ones are due as well and were left for a further rewrite
   */
  record Rewrite(
      String reason,
      List<List<PlannedFile>> groups,
      List<PlannedFile> carried,
      List<PlannedFile> dropped,
      long left)
      implements CompactionPlan {
    public Rewrite {
      groups = groups.stream().map(List::copyOf).toList();
      carried = List.copyOf(carried);
      dropped = List.copyOf(dropped);
    }

    public long filesToRewrite() {
      return groups.stream().mapToLong(List::size).sum();
    }

    public long bytesToRewrite() {
      return groups.stream().flatMap(List::stream).mapToLong(PlannedFile::bytes).sum();
    }
  }

  /** Leave it alone. */
  record Skip(String reason) implements CompactionPlan {}

  /** It would be due, and cannot be rewritten. */
  record Blocked(String reason) implements CompactionPlan {}
}
