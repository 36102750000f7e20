package dev.firn.cli.daemon.ticks;

import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PassReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many small files this daemon has made in each partition that no pass has taken up. With the
 * default {@code compact_file_count} 32: at 128 in one partition a pass begins early; from 512 on,
 * each answer to its writers waits a millisecond for every file more, up to half a second.
 */
final class PileUp {
  private static final int EARLY_FACTOR = 4;
  private static final int SLOW_FACTOR = 16;
  private static final Duration SLOWEST = Duration.ofMillis(500);

  private final Map<String, Pile> piles = new HashMap<>();
  private @Nullable String slowed;

  private static final class Pile {
    private long files;

    /** Since the last pass that looked at the partition began. */
    private long recent;

    private String newest = "";
  }

  /** Something landed; exchanges that landed together name the same file. */
  synchronized void landed(String partition, String file) {
    Pile pile = piles.computeIfAbsent(partition, p -> new Pile());
    if (!file.equals(pile.newest)) {
      pile.newest = file;
      pile.files++;
      pile.recent++;
    }
  }

  /** A pass begins: what lands from now on may be left by it. */
  synchronized void passBegins() {
    piles.values().forEach(pile -> pile.recent = 0);
  }

  /** A pass has looked at these. */
  synchronized void passEnded(PassReport report) {
    for (PartitionReport partition : report.partitions()) {
      @Nullable Pile pile = piles.get(partition.partition().path());
      if (pile != null) {
        switch (partition.outcome()) {
          case COMPACTED, SKIPPED -> pile.files = pile.recent + partition.filesLeft();
          case FAILED, HELD, UNREADABLE -> {
            // What it found is still there.
          }
        }
      }
    }
    piles.values().removeIf(pile -> pile.files == 0);
  }

  /** Why a pass is needed before its time. */
  synchronized Optional<String> early(int compactFileCount) {
    long threshold = (long) EARLY_FACTOR * compactFileCount;
    return piles.entrySet().stream()
        .filter(pile -> pile.getValue().recent >= threshold)
        .max(Map.Entry.comparingByValue((a, b) -> Long.compare(a.recent, b.recent)))
        .map(
            pile ->
                pile.getKey()
                    + " has "
                    + pile.getValue().recent
                    + " new files, threshold "
                    + threshold);
  }

  synchronized Duration slowdown(String partition, int compactFileCount) {
    @Nullable Pile pile = piles.get(partition);
    long over = pile == null ? 0 : pile.files - (long) SLOW_FACTOR * compactFileCount;
    if (over <= 0) {
      if (partition.equals(slowed)) {
        slowed = null;
      }
      return Duration.ZERO;
    }
    slowed = partition;
    return over > SLOWEST.toMillis() ? SLOWEST : Duration.ofMillis(over);
  }

  /** Which writers are slowed and why; empty if none are. */
  synchronized Optional<String> slowed(int compactFileCount) {
    @Nullable Pile pile = slowed == null ? null : piles.get(slowed);
    return pile == null || pile.files <= (long) SLOW_FACTOR * compactFileCount
        ? Optional.empty()
        : Optional.of(
            "writers of "
                + slowed
                + " are slowed: "
                + pile.files
                + " files wait for maintenance, more than "
                + (long) SLOW_FACTOR * compactFileCount);
  }
}
