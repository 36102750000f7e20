package dev.firn.maintenance.restore;

import dev.firn.core.generation.Generation;
import dev.firn.core.generation.RetiredMarker;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;

/** What a restore of one partition would do, or why there can be none. */
sealed interface RestorePlan {

  /**
   * The files of the parent and what was added to the live generation since become a new one.
   *
   * @param parent what the live generation was made from, as it was then
   * @param parentFiles its live files
   * @param settled files that came with the swap from the parent; they are left out
   * @param added files that were added to the live generation after that
   * @param retired when the parent was superseded, if its marker says so
   * @param unpublishedRows rows that have landed in the live generation and are not published; the
   *     swap publishes them and takes them over
   */
  record Restore(
      Generation parent,
      List<FileScanTask> parentFiles,
      List<FileScanTask> settled,
      List<FileScanTask> added,
      Optional<Instant> retired,
      long unpublishedRows)
      implements RestorePlan {
    public Restore {
      parentFiles = List.copyOf(parentFiles);
      settled = List.copyOf(settled);
      added = List.copyOf(added);
    }

    long rowsBack() {
      return rows(parentFiles);
    }

    long rowsReplaced() {
      return rows(settled);
    }

    long rowsKept() {
      return rows(added) + unpublishedRows;
    }

    static Optional<Instant> since(Optional<RetiredMarker> marker) {
      return marker.flatMap(RetiredMarker::since);
    }

    private static long rows(List<FileScanTask> files) {
      return files.stream().mapToLong(task -> task.file().recordCount()).sum();
    }
  }

  /** There is nothing to go back to, or it cannot be told what would come of it. */
  record Refusal(String reason) implements RestorePlan {}
}
