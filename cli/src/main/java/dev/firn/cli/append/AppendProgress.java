package dev.firn.cli.append;

import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Progress;
import dev.firn.cli.text.Progress.Unit;

/** Shows how far an append is: a bar over files, a count of what is piped. */
final class AppendProgress {
  private final Progress progress;
  private final long totalBytes;
  private long bytesRead;

  /**
   * @param totalBytes of all files; 0 if it is not known
   */
  AppendProgress(Progress progress, long totalBytes) {
    this.progress = progress;
    this.totalBytes = totalBytes;
    progress.begin(totalBytes > 0 ? Unit.BYTES : Unit.ROWS, "");
  }

  void read(long bytes) {
    bytesRead += bytes;
  }

  void show(AppendTally tally) {
    if (totalBytes > 0) {
      progress.at(bytesRead, totalBytes, () -> Counted.of(tally.rows(), "row"));
    } else {
      progress.at(tally.rows(), 0, () -> ByteSize.format(tally.bytes()));
    }
  }
}
