package dev.firn.core.generation;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How many rows were left out under which reason, each counted once (I6).
 *
 * @param counts without those that are zero, so that equal drops are equal values
 */
public record DroppedRows(Map<DropReason, Long> counts) {
  private static final DroppedRows NONE = new DroppedRows(Map.of());

  public DroppedRows {
    EnumMap<DropReason, Long> some = new EnumMap<>(DropReason.class);
    counts.forEach(
        (reason, count) -> {
          if (count < 0) {
            throw new IllegalArgumentException(count + " rows dropped as " + reason.text());
          }
          if (count > 0) {
            some.put(reason, count);
          }
        });
    counts = Map.copyOf(some);
  }

  public static DroppedRows none() {
    return NONE;
  }

  public static DroppedRows of(DropReason reason, long rows) {
    return new DroppedRows(Map.of(reason, rows));
  }

  /** How many under this reason. */
  public long count(DropReason reason) {
    return counts.getOrDefault(reason, 0L);
  }

  /** How many in all. */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** These and others. */
  public DroppedRows plus(DroppedRows others) {
    EnumMap<DropReason, Long> both = new EnumMap<>(DropReason.class);
    both.putAll(counts);
    others.counts.forEach((reason, rows) -> both.merge(reason, rows, Long::sum));
    return new DroppedRows(both);
  }

  public DroppedRows plus(DropReason reason, long rows) {
    return plus(of(reason, rows));
  }

  /** For example {@code 7 deleted, 3 expired}; {@code none} if there are none. */
  @Override
  public String toString() {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getValue() + " " + entry.getKey().text())
            .collect(Collectors.joining(", "));
  }
}
