package dev.firn.maintenance.select;

import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;

/** The rows of one data file that go, each under one reason. Costs a bit a row and reason. */
public final class FileDrops {
  private final Map<DropReason, BitSet> byReason = new EnumMap<>(DropReason.class);
  private final BitSet all = new BitSet();

  /** Those of the rows that do not go for an earlier reason go for this one. */
  void add(DropReason reason, BitSet rows) {
    BitSet fresh = (BitSet) rows.clone();
    fresh.andNot(all);
    if (!fresh.isEmpty()) {
      byReason.merge(
          reason,
          fresh,
          (before, more) -> {
            before.or(more);
            return before;
          });
      all.or(fresh);
    }
  }

  /** All rows that go. Not to be changed. */
  public BitSet all() {
    return all;
  }

  /** Those that go for this reason. Not to be changed. */
  public BitSet rows(DropReason reason) {
    return byReason.getOrDefault(reason, new BitSet());
  }

  /** How many go for which reason. */
  public DroppedRows count() {
    DroppedRows count = DroppedRows.none();
    for (Map.Entry<DropReason, BitSet> entry : byReason.entrySet()) {
      count = count.plus(entry.getKey(), entry.getValue().cardinality());
    }
    return count;
  }
}
