package dev.firn.maintenance;

import dev.firn.maintenance.retain.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The rows of a dataset as a test remembers them, and what retention must make of them. */
final class ModelRows {
  /** What {@link Row#isProtected} is as a condition. */
  static final String PROTECT = "status IN ('running', 'pending')";

  /**
   * One row, told apart by its key. No two have the same time.
   *
   * @param group the declared key of the dataset: several rows may have it
   */
  record Row(
      String key,
      String source,
      Optional<Instant> time,
      Optional<String> status,
      Optional<String> group,
      Optional<String> note) {

    /** A row of a program that knows the key alone. */
    static Row foreign(String key, String source) {
      return new Row(
          key, source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Judged by itself: true or NULL. */
    boolean isProtected() {
      return status.isEmpty() || status.get().equals("running");
    }

    String json() {
      return "{\"k\": \""
          + key
          + "\", \"timestamp\": "
          + text(time.map(Instant::toString))
          + ", \"status\": "
          + text(status)
          + ", \"g\": "
          + text(group)
          + ", \"note\": "
          + text(note)
          + "}";
    }

    private static String text(Optional<String> value) {
      return value.map(v -> "\"" + v + "\"").orElse("null");
    }
  }

  private final Map<String, Row> live = new TreeMap<>();

  /** All that ever were, also those that are gone. */
  private final Map<String, Row> known = new HashMap<>();

  void add(Row row) {
    live.put(row.key(), row);
    known.put(row.key(), row);
  }

  /** They exist, but are not live now. */
  void know(Row row) {
    known.put(row.key(), row);
  }

  /** From now on these are the live ones. */
  void become(Collection<String> keys) {
    live.clear();
    keys.forEach(key -> live.put(key, row(key)));
  }

  Row row(String key) {
    Row row = known.get(key);
    if (row == null) {
      throw new AssertionError("nobody appended " + key);
    }
    return row;
  }

  Collection<Row> live() {
    return List.copyOf(live.values());
  }

  Set<String> keys() {
    return new HashSet<>(live.keySet());
  }

  Set<String> keysWithNote(String note) {
    Set<String> keys = new HashSet<>();
    live.values().stream()
        .filter(row -> row.note().equals(Optional.of(note)))
        .forEach(row -> keys.add(row.key()));
    return keys;
  }

  /** Live or not. */
  Set<String> everWithNote(String note) {
    Set<String> keys = new HashSet<>();
    known.values().stream()
        .filter(row -> row.note().equals(Optional.of(note)))
        .forEach(row -> keys.add(row.key()));
    return keys;
  }

  /** Rows of which another one in the same partition has the group. */
  Set<String> duplicates() {
    Map<String, List<String>> groups = new HashMap<>();
    for (Row row : live.values()) {
      row.group()
          .ifPresent(
              group ->
                  groups
                      .computeIfAbsent(row.source() + "/" + group, g -> new ArrayList<>())
                      .add(row.key()));
    }
    Set<String> keys = new HashSet<>();
    groups.values().stream().filter(group -> group.size() > 1).forEach(keys::addAll);
    return keys;
  }

  /** Rows that may go one day, the oldest first. */
  List<Row> droppable(RetentionPolicy policy, boolean byGroup) {
    Map<String, Row> newest = new HashMap<>();
    for (Row row : live.values()) {
      if (row.group().isPresent() && row.time().isPresent()) {
        newest.merge(
            row.group().get(),
            row,
            (a, b) -> a.time().orElseThrow().isAfter(b.time().orElseThrow()) ? a : b);
      }
    }
    return live.values().stream()
        .filter(row -> row.time().isPresent())
        .filter(
            row ->
                policy.protect().isEmpty()
                    || !(byGroup && row.group().isPresent()
                            ? newest.getOrDefault(row.group().get(), row)
                            : row)
                        .isProtected())
        .sorted(Comparator.comparing(row -> row.time().orElseThrow()))
        .toList();
  }

  /** What age and number make go, exactly. */
  Set<String> expired(RetentionPolicy policy, boolean byGroup, Instant now) {
    List<Row> droppable = droppable(policy, byGroup);
    Optional<Instant> cutoff =
        policy.days().isPresent()
            ? Optional.of(now.minus(Duration.ofDays(policy.days().getAsLong())))
            : Optional.empty();
    long tooMany = policy.maxRows().isPresent() ? live.size() - policy.maxRows().getAsLong() : 0;
    Set<String> expired = new HashSet<>();
    for (Row row : droppable) {
      Instant time = row.time().orElseThrow().truncatedTo(ChronoUnit.MICROS);
      if (expired.size() < tooMany || cutoff.map(time::isBefore).orElse(false)) {
        expired.add(row.key());
      }
    }
    return expired;
  }
}
