package dev.firn.maintenance;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.FilePeriods;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionDecider;
import dev.firn.maintenance.retain.RetentionDecisions;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.select.DatasetColumns;
import dev.firn.maintenance.select.RowSelection;
import dev.firn.maintenance.select.RowSelector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;

/**
 * What goes in one pass because of retention: decided once for each dataset, over all of its
 * partitions, before any of them is rewritten; partition by partition it is then carried out in the
 * same rewrite as compaction. {@code max_bytes} is looked at when that is done, since compaction
 * may have met it.
 */
public final class PassRetention implements RowSelector {
  private static final int ROUNDS = 8;

  private final Disk disk;
  private final RetentionConfig config;
  private final Instant now;
  private final RetentionDecisions decisions;
  private final Map<String, List<Partition>> datasets = new TreeMap<>();
  private final boolean retains;

  /**
   * @param now by which age is measured
   */
  public PassRetention(
      Disk disk,
      MaintenanceConfig config,
      DatasetColumns columns,
      Instant now,
      PassOptions options) {
    this.disk = disk;
    this.config = config.retention();
    this.now = now;
    this.decisions =
        new RetentionDecisions(
            new RetentionDecider(disk, this.config, columns, now, config.compactBatchBytes()));
    this.retains = options.steps().retains();
  }

  /** Decides for all datasets of these partitions that have a retention. */
  public void decide(List<Partition> partitions) {
    if (!retains) {
      return;
    }
    for (Partition partition : partitions) {
      if (config.policy(partition.dataset()).drops()) {
        datasets.computeIfAbsent(partition.dataset(), d -> new ArrayList<>()).add(partition);
      }
    }
    datasets.forEach(decisions::decide);
  }

  /**
   * True if what goes of a partition depends on its own rows and the clock alone, so that it can be
   * left out of a pass while neither has come to matter.
   */
  public boolean goesByAgeAlone(Partition partition) {
    RetentionPolicy policy = config.policy(partition.dataset());
    return policy.maxRows().isEmpty() && policy.maxBytes().isEmpty() && policy.protect().isEmpty();
  }

  /** When, by time alone, a row of a partition goes that stays now. */
  Instant nextDue(Live live) {
    return decisions.nextDue(live);
  }

  /** How files of a partition are kept apart by time; empty if they are not. */
  public Optional<FilePeriods> periods(Live live) {
    return FilePeriods.of(disk, config, now, live);
  }

  @Override
  public Optional<RowSelection> select(Live live, Collection<FileScanTask> files) {
    return decisions.find(live);
  }

  /** Carries out a decision on partitions. */
  interface Runner {
    void run(List<Partition> partitions);
  }

  /**
   * Drops the oldest rows of each dataset whose live files take more than it may. How many bytes
   * that frees is known only afterwards: so in rounds, each of which asks for twice as much more
   * than is missing as the one before.
   */
  void limitBytes(Runner runner) {
    datasets.forEach(
        (dataset, partitions) -> {
          if (config.policy(dataset).maxBytes().isEmpty()) {
            return;
          }
          long max = config.policy(dataset).maxBytes().getAsLong();
          for (int round = 0; round < ROUNDS; round++) {
            List<Partition> due = decisions.decideBytes(dataset, partitions, max, 1L << round);
            if (due.isEmpty()) {
              return;
            }
            runner.run(due);
          }
          decisions.warnIfLarger(dataset, partitions, max);
        });
  }

  List<DatasetRetention> reports() {
    return decisions.reports();
  }
}
