package dev.firn.maintenance.plan;

import dev.firn.maintenance.select.Verdict;
import java.util.List;

/**
 * What a plan is made from: the live data files of a partition in numbers.
 *
 * @param files in the table's order
 * @param baselineFiles live data files right after the last swap, 0 if unknown
 */
public record PartitionSnapshot(List<PlannedFile> files, long baselineFiles) {

  /**
   * One live data file.
   *
   * @param location as the table records it
   * @param tuple files of one partition tuple (and spec), and of one period, share a number: only
   *     they are merged
   * @param deleted true if delete files may apply to it
   * @param unreadable true if a rewrite found that it cannot be read
   * @param settled true if it came with the last swap, false if it was added since
   * @param verdict what is to become of its rows
   * @param over true if its period is, so that few more files will come to it
   * @param pieces how many files it becomes if it is rewritten because rows of it expire
   */
  public record PlannedFile(
      String location,
      int tuple,
      long bytes,
      long rows,
      boolean deleted,
      boolean unreadable,
      boolean settled,
      Verdict verdict,
      boolean over,
      int pieces) {

    /** A file of which no row has to go. */
    public PlannedFile(
        String location,
        int tuple,
        long bytes,
        long rows,
        boolean deleted,
        boolean unreadable,
        boolean settled) {
      this(location, tuple, bytes, rows, deleted, unreadable, settled, Verdict.keep(), false, 1);
    }

    /** True if something must be left out of it, or may have to be, so that it is to be read. */
    public boolean masked() {
      return deleted || verdict.filtered();
    }
  }

  public PartitionSnapshot {
    files = List.copyOf(files);
  }

  public long rows() {
    return files.stream().mapToLong(PlannedFile::rows).sum();
  }

  public long bytes() {
    return files.stream().mapToLong(PlannedFile::bytes).sum();
  }
}
