package dev.firn.maintenance.plan;

import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    /** Files that are due, in all the steps that it takes. */
    public long filesDue() {
      return filesToRewrite() + dropped.size() + left;
    }

    /**
     * The same with nothing but whole files dropped, for which no data is written; empty if there
     * is no less to do, or a file with deletes would have to go over as it is.
     */
    public Optional<Rewrite> wholeFilesAlone() {
      List<PlannedFile> rewritten = groups.stream().flatMap(List::stream).toList();
      if (dropped.isEmpty()
          || rewritten.isEmpty()
          || rewritten.stream().anyMatch(PlannedFile::deleted)) {
        return Optional.empty();
      }
      List<PlannedFile> kept = new ArrayList<>(carried);
      kept.addAll(rewritten);
      return Optional.of(
          new Rewrite(
              reason + "; for want of disk space only whole files went",
              List.of(),
              kept,
              dropped,
              left));
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
