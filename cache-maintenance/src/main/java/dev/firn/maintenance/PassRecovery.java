package dev.firn.maintenance;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a pass brings in before it looks at anything else: held exchanges of partitions that can
 * take them now, and landed files that nobody published.
 *
 * <p>Of what fails here no row is lost, and a later pass tries again. Where a writer was faster
 * that is all there is to say. Where the disk refused, other engines do not see the rows and held
 * ones stay where they are, so a partition of which the pass has nothing else to say has failed.
 */
final class PassRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(PassRecovery.class);

  private final Disk disk;
  private final CacheDirectory cache;
  private final InstantSource clock;
  private final AppendOptions options;
  private final Map<String, String> refused = new HashMap<>();
  private boolean diskRefused;

  PassRecovery(
      Disk disk,
      CacheDirectory cache,
      InstantSource clock,
      MaintenanceConfig config,
      String command) {
    this.disk = disk;
    this.cache = cache;
    this.clock = clock;
    this.options = new AppendOptions(Map.of(), config.snapshots(), Duration.ZERO, command);
  }

  void run(List<Partition> partitions) {
    HeldAppends held = new HeldAppends(disk, cache, clock);
    CacheAppender appender = new CacheAppender(disk, cache, clock, options);
    for (Partition partition : partitions) {
      try {
        if (new PartitionInspector(disk).inspect(partition) instanceof Live live
            && (held.count(partition) > 0 || !live.generation().unpublished().isEmpty())) {
          appender.recover(partition);
        }
      } catch (IOException | RuntimeException e) {
        LOG.warn(
            "{}: what had landed could not be brought in: {}", partition.path(), DiskReason.of(e));
        if (DiskReason.isRefusal(e)) {
          diskRefused = true;
          refused.put(partition.path(), DiskReason.of(e));
        }
      }
    }
    try {
      appender.close();
    } catch (IOException e) {
      LOG.warn("not all that had landed could be published: {}", DiskReason.of(e));
      diskRefused |= DiskReason.isRefusal(e);
    }
  }

  /** True if the disk refused something: full, no permission, an error. */
  boolean diskRefused() {
    return diskRefused;
  }

  /** The report of a partition, failed if the disk refused what was to be brought in. */
  PartitionReport named(PartitionReport report) {
    String why = refused.get(report.partition().path());
    return why == null || report.outcome() != Outcome.SKIPPED
        ? report
        : report.with(Outcome.FAILED, why + "; " + report.reason(), report.filesLeft());
  }
}
