package dev.firn.cli.daemon.ledger;

import java.util.Locale;

/** Why a request was not accepted and is to come again; nothing of it was kept. */
public enum Deferral {
  /** Too much is in memory. */
  BUFFER_FULL,
  /** The source has used up what it may append. */
  SOURCE_LIMIT,
  /** There is too little room on the disk. */
  DISK_LOW,
  /** The daemon is ending. */
  STOPPING;

  /** As it stands in documents. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
