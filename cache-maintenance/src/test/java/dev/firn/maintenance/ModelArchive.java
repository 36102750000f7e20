package dev.firn.maintenance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How often each row must be in an archive at least, and may be at most. */
final class ModelArchive {
  private final Path directory;
  private final Map<String, Times> times = new HashMap<>();

  private record Times(int least, int most) {}

  ModelArchive(Path directory) {
    this.directory = directory;
  }

  Set<String> keys() {
    return Set.copyOf(times.keySet());
  }

  /** They may be written, and stay live if whoever writes them is killed. */
  void mayTake(Collection<String> keys) {
    keys.forEach(
        key -> times.merge(key, new Times(0, 1), (a, b) -> new Times(a.least(), a.most() + 1)));
  }

  /** They were written and dropped. */
  void took(Collection<String> keys) {
    keys.forEach(key -> times.computeIfPresent(key, (k, t) -> new Times(t.least() + 1, t.most())));
  }

  void lost(Collection<String> keys) {
    keys.forEach(times::remove);
  }

  void mayLose(Collection<String> keys) {
    keys.forEach(key -> times.computeIfPresent(key, (k, t) -> new Times(0, t.most())));
  }

  void require() throws IOException {
    Map<String, Integer> found = new TreeMap<>();
    ArchivedKeys.below(directory).forEach(key -> found.merge(key, 1, Integer::sum));
    times.forEach((key, t) -> requireTimes(key, found.getOrDefault(key, 0), t));
    found.forEach(
        (key, count) -> requireTimes(key, count, times.getOrDefault(key, new Times(0, 0))));
  }

  private static void requireTimes(String key, int count, Times allowed) {
    if (count < allowed.least() || count > allowed.most()) {
      throw new AssertionError(key + " is archived " + count + " times, allowed: " + allowed);
    }
  }
}
