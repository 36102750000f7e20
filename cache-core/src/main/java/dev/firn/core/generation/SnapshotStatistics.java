package dev.firn.core.generation;

import java.io.IOException;
import java.util.Optional;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.io.OutputFile;

/** Statistics of the rows of a generation's first snapshot, in a file that its metadata names. */
public interface SnapshotStatistics {
  /** Of which columns, and what is left out and why; empty if nobody wanted any. */
  String text();

  /**
   * Writes them.
   *
   * @param file created only if there is something to write; durable when this returns
   * @return what the metadata is to say of the file; empty if there is nothing to write
   */
  Optional<StatisticsFile> write(OutputFile file, long snapshotId, long sequenceNumber)
      throws IOException;

  /** No statistics, and nothing said about them. */
  static SnapshotStatistics notWanted() {
    return new SnapshotStatistics() {
      @Override
      public String text() {
        return "";
      }

      @Override
      public Optional<StatisticsFile> write(OutputFile file, long snapshotId, long sequenceNumber) {
        return Optional.empty();
      }
    };
  }
}
