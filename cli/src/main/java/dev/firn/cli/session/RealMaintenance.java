package dev.firn.cli.session;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.MaintenancePass;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.StatusCollector;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/** Maintenance itself. */
public final class RealMaintenance implements Environment.Maintenance {
  private static final int LONGEST_JITTER_SECONDS = 60;

  @Override
  public PassReport run(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      String command,
      PassOptions options,
      PassListener listener)
      throws IOException {
    return new MaintenancePass(disk, cache, config, clock, command).run(options, listener);
  }

  @Override
  public CacheStatus status(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      List<String> datasets)
      throws IOException {
    return new StatusCollector(disk, cache, config, clock).collect(datasets);
  }

  @Override
  public Duration firstPassAfter() {
    return Duration.ofSeconds(new Random().nextInt(LONGEST_JITTER_SECONDS) + 1L);
  }
}
