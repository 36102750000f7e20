package dev.firn.cli.session;

import dev.firn.cli.text.Progress;
import dev.firn.cli.text.Progress.Unit;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.backup.BackupListener;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.verify.VerifiedPartition;
import dev.firn.maintenance.verify.VerifyListener;

/** Shows how far a pass, a check or a backup is with the partition that it is at. */
public final class PartitionProgress implements PassListener, VerifyListener, BackupListener {
  private final Progress progress;
  private String place = "";

  public PartitionProgress(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void taking(Partition partition, int index, int count) {
    begin(Unit.FILES, "copying " + place(partition, index, count));
  }

  @Override
  public void taken(Partition partition, long filesDone, long filesTotal) {
    progress.at(filesDone, filesTotal, () -> place);
  }

  @Override
  public void started(Partition partition, int index, int count) {
    begin(Unit.BYTES, place(partition, index, count));
  }

  @Override
  public void progress(Partition partition, long bytesDone, long bytesTotal) {
    progress.at(bytesDone, bytesTotal, () -> place);
  }

  @Override
  public void finished(PartitionReport report) {
    progress.clear();
  }

  @Override
  public void finished(VerifiedPartition partition) {
    progress.clear();
  }

  /** Leaves an empty line to whoever writes next. */
  public void clear() {
    progress.clear();
  }

  private void begin(Unit unit, String at) {
    place = at;
    progress.begin(unit, at);
  }

  private static String place(Partition partition, int index, int count) {
    return index + 1 + "/" + count + " " + partition.path();
  }
}
