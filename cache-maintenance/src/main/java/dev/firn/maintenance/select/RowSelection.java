package dev.firn.maintenance.select;

import dev.firn.core.generation.DropReason;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.apache.iceberg.FileScanTask;

/**
 * The rows of one partition, as it is at one instant, that are to go for one reason.
 *
 * <p>A plan asks for {@link #extent} of every file, a rewrite for the {@link #rows} of each file
 * that it reads anyway: also of those of which nothing had to go. One thread uses it. Whatever it
 * keeps for its answers is bounded by configuration (I7) but for one bit a row.
 */
public interface RowSelection {

  /** Neither {@code QUARANTINED} nor {@code DELETED}, which the table itself decides. */
  DropReason reason();

  /**
   * How much of the file is to go. {@link Extent#ALL} is for proof only: statistics that Firn
   * wrote, or no choice at all.
   */
  Extent extent(FileScanTask file);

  /**
   * Which rows are to go, by position in the file. A file of extent {@code ALL} is asked for too
   * where it has to be read for another reason.
   *
   * @param gone rows that go for an earlier reason, for each file; not to be changed. They may be
   *     in the answer: they do not count again
   * @return a set for each file, in the order of {@code files}
   */
  List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) throws IOException;
}
