package dev.firn.cli.query;

import dev.firn.core.CacheException;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.Assessment;
import dev.firn.maintenance.explain.ColumnProfile;
import dev.firn.maintenance.explain.ColumnProfiler;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.PartitionSnapshot;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What the planner decides about a partition, from what, and where its bytes are.
 *
 * @param due whether the next pass would compact it
 * @param reason why, or why not
 * @param dataFiles live
 * @param bytes of the live data files
 * @param smallFiles data files under {@code smallUnderBytes}
 * @param averageSmallFileBytes 0 if there are none
 * @param smallUnderBytes three quarters of {@code target_file_bytes}
 * @param baselineFiles what the last swap left: only small files beyond it count
 * @param filesWithDeletes data files to which delete files apply
 * @param filesToRewrite that a pass would read; 0 if it is not due
 * @param bytesToRewrite the same in bytes; what is written is not known before
 * @param columns the one with most bytes first
 */
record Explanation(
    Partition partition,
    String generation,
    boolean due,
    String reason,
    long dataFiles,
    long bytes,
    long smallFiles,
    long averageSmallFileBytes,
    long smallUnderBytes,
    long baselineFiles,
    long filesWithDeletes,
    long filesToRewrite,
    long bytesToRewrite,
    List<ColumnProfile> columns) {

  Explanation {
    columns = List.copyOf(columns);
  }

  /**
   * Explains what was read of a live partition; reads footers and page headers besides.
   *
   * @throws CacheException if a data file is damaged
   */
  static Explanation of(
      Disk disk,
      Live state,
      PartitionSnapshot snapshot,
      Assessment assessment,
      long targetFileBytes)
      throws IOException {
    Optional<Rewrite> rewrite = Optional.ofNullable(assessment.rewrite());
    long smallUnder = targetFileBytes / 4 * 3;
    List<PlannedFile> small =
        snapshot.files().stream().filter(f -> f.bytes() < smallUnder).toList();
    long smallBytes = small.stream().mapToLong(PlannedFile::bytes).sum();
    return new Explanation(
        state.partition(),
        state.generation().name().format(),
        assessment.isDue(),
        assessment.reason(),
        snapshot.files().size(),
        snapshot.bytes(),
        small.size(),
        small.isEmpty() ? 0 : smallBytes / small.size(),
        smallUnder,
        snapshot.baselineFiles(),
        snapshot.files().stream().filter(PlannedFile::deleted).count(),
        rewrite.map(Rewrite::filesToRewrite).orElse(0L),
        rewrite.map(Rewrite::bytesToRewrite).orElse(0L),
        new ColumnProfiler(disk).profile(state.generation()));
  }

  /** Bytes of all columns: less than {@link #bytes}, which has footers as well. */
  long columnBytes() {
    return columns.stream().mapToLong(ColumnProfile::bytes).sum();
  }
}
