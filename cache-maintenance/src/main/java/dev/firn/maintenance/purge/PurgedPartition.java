package dev.firn.maintenance.purge;

import dev.firn.core.layout.Partition;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a purge did with one partition, or would do.
 *
 * @param reason never empty
 * @param rowsMatching live rows of which the condition is true, before
 * @param rowsPurged rows that were left out of the new generation
 * @param rowsArchived rows that were taken out of archives
 * @param heldExchanges held for the partition, before: they land first and are looked at then
 * @param before every file as it was found
 * @param after every file as it was left: the checked statement; empty if nothing was done
 * @param removed what went beside the swap
 */
public record PurgedPartition(
    Partition partition,
    Outcome outcome,
    String reason,
    long rowsMatching,
    long rowsPurged,
    long rowsArchived,
    long heldExchanges,
    @Nullable String generationBefore,
    @Nullable String generationAfter,
    Optional<PurgeSurvey> before,
    Optional<PurgeSurvey> after,
    List<Path> removed,
    boolean diskRefused) {

  /** How it ended. */
  public enum Outcome {
    /** Nothing matches, anywhere. */
    CLEAN,
    /** A dry run: something matches, or may. */
    PROPOSED,
    /** Nothing matches any more, as every file was read again. */
    PURGED,
    /** Something is left that matches, or may. */
    LEFT,
    UNREADABLE,
    HELD,
    /** Given up; what was done by then stays done. */
    FAILED;

    /** As it stands in reports. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public PurgedPartition {
    removed = List.copyOf(removed);
  }

  static PurgedPartition without(
      Partition partition, Outcome outcome, String reason, boolean diskRefused) {
    return new PurgedPartition(
        partition,
        outcome,
        reason,
        0,
        0,
        0,
        0,
        null,
        null,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        diskRefused);
  }
}
