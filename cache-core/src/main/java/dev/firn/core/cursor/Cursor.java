package dev.firn.core.cursor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.layout.GenerationName;
import java.util.Objects;
import java.util.Optional;

/**
 * What a valid cursor says. Immutable; the fields that Firn gives no meaning to are carried along.
 *
 * @param live the generation that readers read
 * @param rowCount rows at the last swap as somebody wrote it: a note, never the truth
 * @param compaction the last swap, if there was one
 * @param highestNumber the highest generation number that was ever used as far as the cursor knows
 * @param origin who wrote it
 * @param fields the whole document as it was read
 */
public record Cursor(
    GenerationName live,
    long rowCount,
    Optional<Compaction> compaction,
    long highestNumber,
    Origin origin,
    ObjectNode fields) {

  /** Who wrote a cursor, as its checksum tells. */
  public enum Origin {
    /** Version and checksum are there and right. */
    FIRN,
    /** Neither version nor checksum: a program of the field. */
    FIELD
  }

  /**
   * The last swap.
   *
   * @param previous the generation that was live before
   * @param compactedAt ISO time of the swap, or empty if the writer left it out
   * @param dataFilesBefore live data files before, or -1 if unknown
   * @param baselineFiles live data files right after: the partition is not due again until it has
   *     grown beyond them; 0 if unknown
   */
  public record Compaction(
      GenerationName previous, String compactedAt, long dataFilesBefore, long baselineFiles) {}

  public Cursor {
    Objects.requireNonNull(live);
    fields = fields.deepCopy();
  }

  /** A copy; changing it does not change this cursor. */
  @Override
  public ObjectNode fields() {
    return fields.deepCopy();
  }

  /** Live data files right after the last swap, 0 if there was none or it is unknown. */
  public long baselineFiles() {
    return compaction.map(Compaction::baselineFiles).orElse(0L);
  }
}
