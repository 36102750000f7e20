package dev.firn.maintenance.explain;

import dev.firn.maintenance.explain.ColumnProfile.Repetition;
import java.util.Optional;

/** Sums over the files of one leaf. */
final class LeafTally {
  private long bytes;
  private long values;
  private long knownValues;
  private long distinct;
  private int knownFiles;
  private int files;

  void add(ChunkTally file) {
    bytes += file.bytes();
    values += file.values();
    if (file.isAllNull()) {
      return;
    }
    files++;
    if (file.isKnown()) {
      knownFiles++;
      knownValues += file.nonNull();
      distinct += file.distinct();
    }
  }

  long bytes() {
    return bytes;
  }

  long values() {
    return values;
  }

  Optional<Repetition> repetition() {
    return knownFiles == 0
        ? Optional.empty()
        : Optional.of(new Repetition(knownValues, distinct, knownFiles, files));
  }
}
