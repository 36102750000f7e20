package dev.firn.cli.daemon.ledger;

import java.util.Locale;

/** Why an exchange of an accepted body did not land. */
public enum Rejection {
  /** It is no JSON, or no rows. */
  MALFORMED,
  /** The body is too large, or is not packed as it says. */
  UNREADABLE,
  /** A value does not fit its column, and the dataset rejects what does not. */
  MISMATCH,
  /** Another exchange has come under its key. */
  KEY_REUSED,
  /** The cache or the disk refused it. */
  FAILED,
  /** It may have landed: the producer was told so. */
  UNKNOWN,
  /** Another one of the same request was refused before it. */
  NOT_TRIED;

  /** As it stands in documents. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
