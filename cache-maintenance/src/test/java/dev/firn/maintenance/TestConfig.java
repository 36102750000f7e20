package dev.firn.maintenance;

import dev.firn.core.append.SnapshotPolicy;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Policies;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import java.time.Duration;

/**
 * A configuration for a test, which says in what it differs from another one. Without policies: a
 * test that wants some adds them to what it builds.
 */
public final class TestConfig {
  private long targetFileBytes;
  private int compactFileCount;
  private final long compactAvgFileBytes;
  private long compactBatchBytes;
  private int compactBatchRows;
  private Duration retiredGrace;
  private Duration orphanGrace;
  private long minFreeBytes;
  private Prove prove;
  private final SnapshotPolicy snapshots;

  private TestConfig(MaintenanceConfig other) {
    targetFileBytes = other.targetFileBytes();
    compactFileCount = other.compactFileCount();
    compactAvgFileBytes = other.compactAvgFileBytes();
    compactBatchBytes = other.compactBatchBytes();
    compactBatchRows = other.compactBatchRows();
    retiredGrace = other.retiredGrace();
    orphanGrace = other.orphanGrace();
    minFreeBytes = other.minFreeBytes();
    prove = other.prove();
    snapshots = other.snapshots();
  }

  public static TestConfig like(MaintenanceConfig other) {
    return new TestConfig(other);
  }

  /** The defaults, on a disk of any size. */
  public static TestConfig usual() {
    return like(MaintenanceConfig.defaults()).minFreeBytes(0);
  }

  public TestConfig targetFileBytes(long bytes) {
    targetFileBytes = bytes;
    return this;
  }

  public TestConfig compactFileCount(int files) {
    compactFileCount = files;
    return this;
  }

  public TestConfig batch(long bytes, int rows) {
    compactBatchBytes = bytes;
    compactBatchRows = rows;
    return this;
  }

  public TestConfig batchBytes(long bytes) {
    return batch(bytes, compactBatchRows);
  }

  public TestConfig grace(Duration ofRetired, Duration ofOrphans) {
    retiredGrace = ofRetired;
    orphanGrace = ofOrphans;
    return this;
  }

  public TestConfig minFreeBytes(long bytes) {
    minFreeBytes = bytes;
    return this;
  }

  public TestConfig prove(Prove how) {
    prove = how;
    return this;
  }

  public MaintenanceConfig build() {
    return new MaintenanceConfig(
        targetFileBytes,
        compactFileCount,
        compactAvgFileBytes,
        compactBatchBytes,
        compactBatchRows,
        retiredGrace,
        orphanGrace,
        minFreeBytes,
        prove,
        snapshots,
        Policies.none());
  }
}
