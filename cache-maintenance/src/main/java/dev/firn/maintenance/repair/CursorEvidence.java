package dev.firn.maintenance.repair;

import dev.firn.core.cursor.Cursor;
import dev.firn.core.layout.GenerationName;
import java.util.Optional;

/**
 * What is left of a cursor.
 *
 * @param valid the cursor, if it is whole: then what it names was live at some time
 * @param remnant the generation that a damaged one still names, if that can be made out
 * @param highestNumber the highest generation number in it, 0 if none can be made out
 */
record CursorEvidence(
    Optional<Cursor> valid, Optional<GenerationName> remnant, long highestNumber) {

  static CursorEvidence none() {
    return new CursorEvidence(Optional.empty(), Optional.empty(), 0);
  }
}
