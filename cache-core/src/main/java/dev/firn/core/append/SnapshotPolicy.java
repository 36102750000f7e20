package dev.firn.core.append;

import dev.firn.core.generation.Generation;
import java.time.Duration;
import java.time.Instant;
import org.apache.iceberg.ExpireSnapshots.CleanupLevel;
import org.apache.iceberg.Transaction;

/**
 * Which snapshots of a live generation stay. The newest {@code minToKeep} do; an older one goes in
 * the commit of a publish, as metadata alone. A table whose properties forbid it (another program
 * set them) keeps all.
 *
 * @param minToKeep how many of the newest snapshots stay
 * @param maxAge drops snapshots older than this even among the newest, but never the current one
 */
public record SnapshotPolicy(int minToKeep, Duration maxAge) {
  public static SnapshotPolicy defaults() {
    return new SnapshotPolicy(10, Duration.ofHours(24));
  }

  /** False if the table's properties say that nobody may collect its garbage. */
  boolean expires(Generation generation) {
    return !generation.metadata().properties().getOrDefault("gc.enabled", "true").equals("false");
  }

  /** To be called in a commit that adds a snapshot. */
  void expire(Transaction transaction, Generation generation, Instant now) {
    expire(transaction, generation, now, 1);
  }

  /**
   * @param added snapshots that the same commit adds
   * @return how many go
   */
  int expire(Transaction transaction, Generation generation, Instant now, int added) {
    if (!expires(generation)) {
      return 0;
    }
    long oldest = now.minus(maxAge).toEpochMilli();
    long young =
        generation.metadata().snapshots().stream()
            .filter(snapshot -> snapshot.timestampMillis() >= oldest)
            .count();
    int keep = (int) Math.max(1, Math.min(minToKeep, young + added));
    int going = generation.metadata().snapshots().size() + added - keep;
    if (going <= 0) {
      return 0;
    }
    // Iceberg's own clean-up would run now, before the commit, and remove live files.
    transaction
        .expireSnapshots()
        .cleanupLevel(CleanupLevel.NONE)
        .retainLast(keep)
        .expireOlderThan(Long.MAX_VALUE) // whatever the clock says of their age
        .commit();
    return going;
  }
}
