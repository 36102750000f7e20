package dev.firn.core.generation;

import java.util.Locale;

/**
 * Why a new generation holds a row of the one before it no more. There is no other reason.
 *
 * <p>The order is the one in which reasons apply: a row for which several hold counts once, under
 * the first of them, and whoever decides by a later reason sees only rows that the earlier ones
 * leave.
 */
public enum DropReason {
  /** Its data file is damaged and in quarantine. */
  QUARANTINED,
  /** The table's own delete files hide it. */
  DELETED,
  /** Somebody asked for its removal. */
  PURGED,
  /** It is past what retention keeps. */
  EXPIRED,
  /** Another row of the same key stays. One that goes itself for any other reason is none. */
  DUPLICATE;

  /** As it stands in table properties and reports. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
