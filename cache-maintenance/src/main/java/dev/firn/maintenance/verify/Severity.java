package dev.firn.maintenance.verify;

import java.util.Locale;

/** How bad a finding is, the worst first. */
public enum Severity {
  /** Something that the cache names is not what it was: rows, or the way to them, are affected. */
  DAMAGE,
  /** Not as it should be, and no live row is affected. */
  WARNING,
  /** Worth knowing, and as it may be. */
  NOTE;

  /** In lower case, as in reports. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
