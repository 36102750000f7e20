package dev.firn.maintenance.plan;

import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import java.util.List;

/**
 * Which of a tuple's small files belong into one rewrite, so that a row is rewritten O(log n) times
 * in its life and not once a pass.
 *
 * <p>Tier k holds the files of 8^k to before 8^(k+1) rows: tier 0 those of 1 to 7, tier 1 of 8 to
 * 63, tier 2 of 64 to 511. Rows are counted and not bytes, because rows add up: eight files of one
 * tier always make one of the next, while eight files that repeat the same fat values may make one
 * that is no larger than each of them, and would be rewritten for ever.
 *
 * <p>The choice is always the newest files, so that files stay in the order of their rows. It
 * begins with what was added since the last swap, takes in every file before it that is of a lower
 * tier than the result would be, and then, as long as the result would be the eighth of its tier,
 * that whole tier. So each file but a new one rises by a tier whenever it is rewritten. With 100
 * new rows a pass: a file of tier 2 each time; with the eighth one of tier 3 (800 rows); with the
 * eighth of those one of tier 4 (6,400 rows), and so on.
 */
final class Tiers {
  /** So many files of one tier make one of the next. */
  static final int FILES_A_TIER = 8;

  private final List<PlannedFile> small;
  private int from;
  private long rows;

  private Tiers(List<PlannedFile> small) {
    this.small = small;
    this.from = small.size();
  }

  /**
   * @param small in the order of their addition
   * @param withNew whether files that were added since the last swap are due
   * @return the newest of them, as many as belong together; none if nothing is due
   */
  static List<PlannedFile> choose(List<PlannedFile> small, boolean withNew) {
    Tiers tiers = new Tiers(small);
    if (withNew) {
      int added = 0;
      while (added < small.size() && small.get(added).settled()) {
        added++;
      }
      tiers.takeFrom(added);
    }
    boolean widened = true;
    while (widened) {
      tiers.takeLower();
      widened = tiers.takeFullTier();
    }
    return small.subList(tiers.from, small.size());
  }

  private void takeFrom(int start) {
    while (from > start) {
      rows += small.get(--from).rows();
    }
  }

  private boolean isNothing() {
    return from == small.size();
  }

  private int tierAt(int index) {
    return tier(small.get(index).rows());
  }

  private void takeLower() {
    while (!isNothing() && from > 0 && tierAt(from - 1) < tier(rows)) {
      takeFrom(from - 1);
    }
  }

  /**
   * Takes the lowest tier that is full, with the result as one of its files if it would be. New
   * files fill none: they are due by their number.
   */
  private boolean takeFullTier() {
    int highest = -1;
    for (int i = 0; i < from; i++) {
      highest = Math.max(highest, tierAt(i));
    }
    for (int tier = isNothing() ? 0 : tier(rows); tier <= highest; tier++) {
      int files = !isNothing() && tier(rows) == tier ? 1 : 0;
      int start = from;
      while (start > 0 && tierAt(start - 1) <= tier) {
        start--;
        files += small.get(start).settled() && tierAt(start) == tier ? 1 : 0;
      }
      if (start < from && files >= FILES_A_TIER) {
        takeFrom(start);
        return true;
      }
    }
    return false;
  }

  /** The logarithm of a number of rows to the base 8, rounded down. */
  static int tier(long rows) {
    return (63 - Long.numberOfLeadingZeros(Math.max(rows, 1))) / 3;
  }
}
