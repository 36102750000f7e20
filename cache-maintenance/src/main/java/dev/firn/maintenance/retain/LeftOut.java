package dev.firn.maintenance.retain;

import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DeletedRows;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;

/**
 * A partition whose table lacks a column that is declared and that other tables of its dataset
 * have. Its rows stay, and count where a cap is over all partitions.
 */
record LeftOut(Live live, String why, long rows, long bytes) {

  private static final String MARK = " is left out, all its rows stay: ";

  static LeftOut of(Live live, String why) throws IOException {
    List<FileScanTask> files = live.generation().liveFiles();
    return new LeftOut(
        live,
        why,
        new DeletedRows(live.generation()).liveRows(files),
        files.stream().mapToLong(task -> task.file().fileSizeInBytes()).sum());
  }

  String warning() {
    return live.partition().path() + MARK + why;
  }

  /** True for a {@link #warning}. */
  static boolean isWarning(String text) {
    return text.contains(MARK);
  }

  /** Nothing goes, and the next pass looks again, so that it is told of for as long as it is so. */
  PartitionRetention retention() {
    return new PartitionRetention(PartitionRetention.idOf(live), Map.of(), 0, Instant.MIN);
  }
}
