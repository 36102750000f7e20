package dev.firn.maintenance.report;

import dev.firn.core.CacheException;
import dev.firn.core.disk.DiskReason;
import java.io.IOException;

/** Whether it was the disk that failed: then a user sees to it, and runs the command again. */
public final class FailedDisk {
  private FailedDisk() {}

  /**
   * True if the disk refused something, also where that has left a cache in doubt: after a full
   * disk it may be unknown whether a commit took effect.
   */
  public static boolean isReasonOf(Throwable error) {
    return (error instanceof IOException && !(error instanceof CacheException))
        || DiskReason.isRefusal(error);
  }
}
