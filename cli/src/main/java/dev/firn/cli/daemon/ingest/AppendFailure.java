package dev.firn.cli.daemon.ingest;

import dev.firn.cli.daemon.ledger.Rejection;
import dev.firn.cli.failure.Failure;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.append.ReusedIdException;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Why an exchange whose rows nothing is wrong with did not land, whatever protocol it came by.
 *
 * @param status of HTTP, as an append is answered
 * @param code as it stands in that answer
 * @param why as the ledger counts it
 * @param comeAgain whether the same exchange may go in another time: not where the daemon itself
 *     has failed
 */
public record AppendFailure(
    int status, String code, String message, Rejection why, boolean comeAgain) {
  private static final Logger LOG = Logger.getLogger(AppendFailure.class.getName());

  /**
   * Of what an append threw, which goes to the log where somebody should look at it.
   *
   * @param dataset for the log
   */
  public static AppendFailure of(Throwable failure, String dataset) {
    if (failure instanceof CommitStateUnknown) {
      LOG.log(Level.WARNING, "it is unknown whether an exchange landed: {0}", failure.getMessage());
      String message = failure.getMessage() + "; it may have landed";
      return new AppendFailure(500, "unknown", message, Rejection.UNKNOWN, true);
    }
    if (failure instanceof LeaseUnavailable) {
      String message = String.valueOf(failure.getMessage());
      return new AppendFailure(503, "held", message, Rejection.FAILED, true);
    }
    if (failure instanceof ReusedIdException) {
      String message = failure.getMessage() + "; give it a key of its own";
      return new AppendFailure(422, "key_reused", message, Rejection.KEY_REUSED, false);
    }
    LOG.log(Level.WARNING, dataset + ": an append failed", failure);
    String message = Failure.of(failure).message();
    boolean full = message.contains("No space left");
    return new AppendFailure(
        full ? 507 : 500,
        full ? "disk_full" : "failed",
        message,
        Rejection.FAILED,
        failure instanceof IOException);
  }
}
