package dev.firn.maintenance.restore;

import dev.firn.core.layout.Partition;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What a restore of one partition did, or would do.
 *
 * @param reason never empty
 * @param generationBefore the live one, if it is known
 * @param parent what is gone back to, if it is known
 * @param parentRetired since when the parent is superseded, if its marker says so
 * @param generationAfter the new live one, if there is one
 * @param rowsBefore live rows before
 * @param rowsBack rows of the parent
 * @param rowsKept rows that were appended since the parent was superseded, and stay
 * @param rowsAfter live rows after
 * @param filesLinked data files of the new generation
 * @param diskRefused true if the disk was the reason for a failure
 */
public record RestoreReport(
    Partition partition,
    Outcome outcome,
    String reason,
    Optional<String> generationBefore,
    Optional<String> parent,
    Optional<Instant> parentRetired,
    Optional<String> generationAfter,
    long rowsBefore,
    long rowsBack,
    long rowsKept,
    long rowsAfter,
    long filesLinked,
    boolean diskRefused) {

  /** How it ended. */
  public enum Outcome {
    /** It can be done. */
    PROPOSED,
    RESTORED,
    /** There is nothing to go back to, or it cannot be told what would come of it. */
    REFUSED,
    /** In doubt, and not touched. */
    UNREADABLE,
    /** Somebody else maintains it. */
    HELD,
    /** Tried and given up; the partition is as it was. */
    FAILED;

    /** As it stands in reports. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static RestoreReport without(
      Partition partition, Outcome outcome, String reason, boolean diskRefused) {
    return new RestoreReport(
        partition,
        outcome,
        reason,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        0,
        0,
        0,
        diskRefused);
  }
}
