package dev.firn.maintenance.report;

import dev.firn.core.generation.DroppedRows;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pass did with one partition.
 *
 * @param layout empty where the cursor does not tell
 * @param reason never empty: why this outcome
 * @param generationBefore name of the live generation before, if it is known
 * @param generationAfter name of the live generation after, if a swap happened
 * @param rowsBefore live rows before
 * @param dropped rows that were left out, by reason
 * @param rowsArchived those of them that were written to an archive first
 * @param bytesWritten bytes of new data files; hard links write none
 * @param filesLeft files that are due as well and were left for later, 0 if none
 */
public record PartitionReport(
    Partition partition,
    Optional<Layout> layout,
    Outcome outcome,
    String reason,
    @Nullable String generationBefore,
    @Nullable String generationAfter,
    long rowsBefore,
    long rowsAfter,
    DroppedRows dropped,
    long rowsArchived,
    long dataFilesBefore,
    long dataFilesAfter,
    long filesRewritten,
    long filesLinked,
    long bytesBefore,
    long bytesAfter,
    long bytesWritten,
    long filesLeft) {

  /** What became of a partition in a pass. */
  public enum Outcome {
    /** A new generation is live; in a dry run: would be. */
    COMPACTED("compacted"),
    /** Nothing to do, or not now. */
    SKIPPED("skipped"),
    /** Something was tried and given up; the partition is as it was. */
    FAILED("failed"),
    /** In doubt, and not touched. */
    UNREADABLE("unreadable"),
    /** Somebody else maintains it. */
    HELD("held");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    /** As it stands in reports. */
    public String text() {
      return text;
    }
  }

  public PartitionReport {
    if (reason.isEmpty()) {
      throw new IllegalArgumentException("a report needs a reason");
    }
  }

  /** A partition in which nothing changed and of which nothing was counted. */
  public static PartitionReport untouched(
      Partition partition,
      Optional<Layout> layout,
      @Nullable String generation,
      Outcome outcome,
      String reason) {
    return new PartitionReport(
        partition,
        layout,
        outcome,
        reason,
        generation,
        generation,
        0,
        0,
        DroppedRows.none(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  /** A partition in which nothing changed, with what is in it. */
  public static PartitionReport unchanged(
      Partition partition,
      Layout layout,
      String generation,
      Outcome outcome,
      String reason,
      long rows,
      long dataFiles,
      long bytes) {
    return new PartitionReport(
        partition,
        Optional.of(layout),
        outcome,
        reason,
        generation,
        generation,
        rows,
        rows,
        DroppedRows.none(),
        0,
        dataFiles,
        dataFiles,
        0,
        0,
        bytes,
        bytes,
        0,
        0);
  }

  /** The same, with another outcome and reason. */
  public PartitionReport with(Outcome newOutcome, String newReason, long left) {
    return new PartitionReport(
        partition,
        layout,
        newOutcome,
        newReason,
        generationBefore,
        generationAfter,
        rowsBefore,
        rowsAfter,
        dropped,
        rowsArchived,
        dataFilesBefore,
        dataFilesAfter,
        filesRewritten,
        filesLinked,
        bytesBefore,
        bytesAfter,
        bytesWritten,
        left);
  }

  /**
   * This and the further step that followed it in the same pass as one. Files that were rewritten
   * in both count twice.
   */
  public PartitionReport followedBy(PartitionReport next) {
    boolean failed = next.outcome == Outcome.FAILED;
    return new PartitionReport(
        partition,
        layout,
        failed ? Outcome.FAILED : outcome,
        failed ? reason + "; a further step: " + next.reason : reason,
        generationBefore,
        next.generationAfter,
        rowsBefore + (next.rowsBefore - rowsAfter),
        next.rowsAfter,
        dropped.plus(next.dropped),
        rowsArchived + next.rowsArchived,
        dataFilesBefore + (next.dataFilesBefore - dataFilesAfter),
        next.dataFilesAfter,
        filesRewritten + next.filesRewritten,
        next.outcome == Outcome.COMPACTED ? next.filesLinked : filesLinked,
        bytesBefore + (next.bytesBefore - bytesAfter),
        next.bytesAfter,
        bytesWritten + next.bytesWritten,
        next.filesLeft);
  }
}
