package dev.firn.cli.daemon.ingest;

import dev.firn.cli.daemon.ledger.Deferral;

/**
 * Why a request is to come again, and when.
 *
 * @param status as an append is answered
 */
public record Later(Deferral why, int status, String message, long seconds) {
  private static final int RETRY_SECONDS = 1;
  private static final int DISK_RETRY_SECONDS = 10;
  private static final int STOPPING_RETRY_SECONDS = 5;

  static Later stopping() {
    return new Later(Deferral.STOPPING, 503, "the daemon is ending", STOPPING_RETRY_SECONDS);
  }

  static Later diskLow(String problem) {
    return new Later(Deferral.DISK_LOW, 507, problem, DISK_RETRY_SECONDS);
  }

  static Later bufferFull(ByteBudget budget) {
    return new Later(
        Deferral.BUFFER_FULL,
        429,
        "the buffer is full: " + budget.usedBytes() + " of " + budget.limitBytes() + " bytes",
        RETRY_SECONDS);
  }
}
