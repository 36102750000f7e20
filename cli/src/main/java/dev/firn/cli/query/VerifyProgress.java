package dev.firn.cli.query;

import dev.firn.core.layout.Partition;
import dev.firn.maintenance.verify.VerifiedPartition;
import dev.firn.maintenance.verify.VerifyListener;

/** The bar of a check, drawn as that of a pass. */
record VerifyProgress(PassProgress line) implements VerifyListener {

  @Override
  public void started(Partition partition, int index, int count) {
    line.started(partition, index, count);
  }

  @Override
  public void progress(Partition partition, long bytesDone, long bytesTotal) {
    line.progress(partition, bytesDone, bytesTotal);
  }

  @Override
  public void finished(VerifiedPartition partition) {
    line.clear();
  }

  /** Leaves an empty line to whoever writes next. */
  void clear() {
    line.clear();
  }
}
