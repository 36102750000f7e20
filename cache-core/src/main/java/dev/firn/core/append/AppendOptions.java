package dev.firn.core.append;

import dev.firn.core.rows.OnMismatch;
import java.time.Duration;
import java.util.Map;

/**
 * How a cache is appended to.
 *
 * @param onMismatch by dataset: what happens to values that do not fit; others are rescued
 * @param snapshots which snapshots of a live generation stay
 * @param publishEvery how often landed files are published in the background; zero: only on {@code
 *     publish} and {@code close}
 * @param command what this process is, for those who find a lock held
 */
public record AppendOptions(
    Map<String, OnMismatch> onMismatch,
    SnapshotPolicy snapshots,
    Duration publishEvery,
    String command) {
  public AppendOptions {
    onMismatch = Map.copyOf(onMismatch);
  }

  public static AppendOptions defaults() {
    return new AppendOptions(
        Map.of(), SnapshotPolicy.defaults(), Duration.ofSeconds(2), "an embedded cache");
  }
}
