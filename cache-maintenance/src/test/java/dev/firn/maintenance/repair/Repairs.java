package dev.firn.maintenance.repair;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.config.Housekeeping;
import dev.firn.maintenance.config.MaintenanceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Repairs caches at a fixed time, later than anything in them. */
public final class Repairs {
  public static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

  private Repairs() {}

  public static RepairReport dry(Disk disk, Path root) throws IOException {
    return run(disk, root, RepairOptions.dryRun());
  }

  public static RepairReport apply(Disk disk, Path root) throws IOException {
    return run(disk, root, RepairOptions.provable());
  }

  /** With a choice, for a cache of one partition. */
  public static RepairReport choose(Disk disk, Path root, String generation) throws IOException {
    Optional<GenerationName> name = GenerationName.parse(generation);
    return run(disk, root, RepairOptions.provable().choosing(name.orElseThrow()));
  }

  public static RepairReport run(Disk disk, Path root, RepairOptions options) throws IOException {
    CacheDirectory cache = new CacheDirectory(disk, root);
    return run(disk, root, options, cache.partitions());
  }

  public static RepairReport run(
      Disk disk, Path root, RepairOptions options, List<Partition> partitions) throws IOException {
    return new CacheRepair(
            disk,
            new CacheDirectory(disk, root),
            MaintenanceConfig.defaults().with(Housekeeping.none()),
            InstantSource.fixed(NOW),
            "test")
        .run(partitions, options);
  }
}
