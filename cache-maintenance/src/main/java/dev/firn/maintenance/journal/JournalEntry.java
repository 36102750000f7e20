package dev.firn.maintenance.journal;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thing that maintenance did.
 *
 * @param dataset empty if it concerns the whole cache
 * @param path of the partition, or of what was removed, below the root
 * @param reason never empty
 * @param rows how many it was about: live after a swap, dropped, brought back, withheld
 * @param bytes of data files after a swap; what a removal gave back to the disk
 * @param generationBefore the live generation before, if another one is live after
 */
public record JournalEntry(
    Kind kind,
    String dataset,
    String path,
    String reason,
    long rows,
    long bytes,
    @Nullable String generationBefore,
    @Nullable String generationAfter) {

  /** What kind of thing. */
  public enum Kind {
    /** A pass as a whole; stands before what it did. */
    PASS,
    /** A new generation went live. */
    SWAP,
    /** Rows were left out of it. */
    DROP,
    /** A superseded generation, or litter, was removed. */
    REMOVAL,
    REPAIR,
    RESTORE,
    PURGE,
    /** A dataset was removed. */
    DROP_DATASET;

    /** As it stands in the journal. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  public JournalEntry {
    Objects.requireNonNull(kind);
    if (reason.isEmpty()) {
      throw new IllegalArgumentException("an entry needs a reason");
    }
  }

  /** One without generations. */
  public static JournalEntry of(
      Kind kind, String dataset, String path, String reason, long rows, long bytes) {
    return new JournalEntry(kind, dataset, path, reason, rows, bytes, null, null);
  }
}
