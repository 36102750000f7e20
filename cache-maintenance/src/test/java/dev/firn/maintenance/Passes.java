package dev.firn.maintenance;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.notes.Uptime;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PassReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Runs passes on a cache with a clock that the test sets; uptime goes with the clock. */
final class Passes {
  /** Later than anything in the field caches. */
  static final Instant START = Instant.parse("2026-12-01T00:00:00Z");

  static final MaintenanceConfig CONFIG = config(Prove.CONTENT);

  private final Disk disk;
  private final Path root;
  private MaintenanceConfig config = CONFIG;
  private Instant now = START;
  private Duration sinceBoot = Duration.ofDays(1);
  private String boot = "boot";
  private Duration clockGoesBackBy = Duration.ZERO;

  Passes(Disk disk, Path root) {
    this.disk = disk;
    this.root = root;
  }

  static MaintenanceConfig config(Prove prove) {
    return TestConfig.usual().prove(prove).build().withDistinctCounts(true);
  }

  /** As {@link #CONFIG}, and no rewrite leaves less than this free. */
  static MaintenanceConfig keepingFree(long bytes) {
    return TestConfig.like(CONFIG).minFreeBytes(bytes).build().withDistinctCounts(true);
  }

  /** The same clocks and configuration on another disk object. */
  Passes on(Disk other) {
    Passes passes = new Passes(other, root);
    passes.config = config;
    passes.now = now;
    passes.sinceBoot = sinceBoot;
    return passes;
  }

  void configure(MaintenanceConfig newConfig) {
    this.config = newConfig;
  }

  Instant now() {
    return now;
  }

  /** Time passes while the machine runs. */
  void advance(Duration duration) {
    now = now.plus(duration);
    sinceBoot = sinceBoot.plus(duration);
  }

  /** The machine, or another one, is started again; by its uptime that was long ago. */
  void reboot(Duration uptime) {
    boot = boot + "'";
    sinceBoot = uptime;
  }

  /** Somebody sets the wall clock. */
  void setWallClock(Instant time) {
    now = time;
  }

  PassReport run(PassOptions options) throws IOException {
    return new MaintenancePass(
            disk,
            new CacheDirectory(disk, root),
            config,
            this::tell,
            () -> Optional.of(new Uptime(boot, sinceBoot)),
            "test")
        .run(options, new PassListener() {});
  }

  /** The wall clock is set back right after it was looked at the next time. */
  void setBackDuringThePass(Duration duration) {
    clockGoesBackBy = duration;
  }

  private Instant tell() {
    Instant told = now;
    now = now.minus(clockGoesBackBy);
    clockGoesBackBy = Duration.ZERO;
    return told;
  }

  PassReport standard() throws IOException {
    return run(PassOptions.standard());
  }

  PassReport forced() throws IOException {
    return run(options(false, true, Steps.ALL));
  }

  PassReport dry() throws IOException {
    return run(options(true, true, Steps.ALL));
  }

  static PassOptions options(boolean dryRun, boolean force, Steps steps) {
    return new PassOptions(List.of(), dryRun, force, steps, Optional.empty(), false, false);
  }

  /** What is live in a partition after a pass. */
  static Generation live(PartitionReport report) {
    return ((Live) new PartitionInspector(new LocalDisk()).inspect(report.partition()))
        .generation();
  }

  static PartitionReport of(PassReport report, String path) {
    return report.partitions().stream()
        .filter(p -> p.partition().path().equals(path))
        .findFirst()
        .orElseThrow();
  }
}
