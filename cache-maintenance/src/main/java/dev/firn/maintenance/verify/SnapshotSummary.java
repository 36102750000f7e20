package dev.firn.maintenance.verify;

import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/** The counts that a snapshot carries, as far as it does. */
final class SnapshotSummary {
  private SnapshotSummary() {}

  /** Negative if there is no such number. */
  static long number(@Nullable Snapshot snapshot, String key) {
    try {
      return Long.parseLong(of(snapshot).getOrDefault(key, "-1"));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Empty if there is none, which Iceberg's own method tells by null. */
  static Map<String, String> of(@Nullable Snapshot snapshot) {
    @Nullable Map<String, String> summary = snapshot == null ? null : snapshot.summary();
    return summary == null ? Map.of() : summary;
  }
}
