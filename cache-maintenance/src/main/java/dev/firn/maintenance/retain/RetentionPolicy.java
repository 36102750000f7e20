package dev.firn.maintenance.retain;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long the rows of one dataset stay, as configured.
 *
 * @param days rows older than this many times 24 hours go; empty for ever, 0 keeps what is
 *     protected
 * @param maxRows no more rows than this stay, the oldest go first
 * @param maxBytes the live data files take no more than this after a pass, the oldest rows go first
 * @param protect rows for which this condition is true or NULL never go
 * @param archive where rows are written before they go; relative to the root, or absolute
 */
public record RetentionPolicy(
    OptionalLong days,
    OptionalLong maxRows,
    OptionalLong maxBytes,
    Optional<String> protect,
    Optional<String> archive) {
  private static final RetentionPolicy KEEP =
      new RetentionPolicy(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty());

  /** Every row stays. */
  public static RetentionPolicy keep() {
    return KEEP;
  }

  /** Rows go by their age alone. */
  public static RetentionPolicy ofDays(long days) {
    return new RetentionPolicy(
        OptionalLong.of(days),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** True if a row may go. */
  public boolean drops() {
    return days.isPresent() || maxRows.isPresent() || maxBytes.isPresent();
  }

  public RetentionPolicy withMaxRows(long rows) {
    return new RetentionPolicy(days, OptionalLong.of(rows), maxBytes, protect, archive);
  }

  public RetentionPolicy withMaxBytes(long bytes) {
    return new RetentionPolicy(days, maxRows, OptionalLong.of(bytes), protect, archive);
  }

  public RetentionPolicy withProtect(String condition) {
    return new RetentionPolicy(days, maxRows, maxBytes, Optional.of(condition), archive);
  }

  public RetentionPolicy withArchive(String directory) {
    return new RetentionPolicy(days, maxRows, maxBytes, protect, Optional.of(directory));
  }
}
