package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.config.MaintenanceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Checks caches at a fixed time, later than anything in them. */
public final class Verifies {
  private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

  private Verifies() {}

  public static VerifyReport quick(Disk disk, Path root) throws IOException {
    return verify(disk, root, false);
  }

  public static VerifyReport full(Disk disk, Path root) throws IOException {
    return verify(disk, root, true);
  }

  private static VerifyReport verify(Disk disk, Path root, boolean full) throws IOException {
    return new CacheVerifier(
            disk,
            new CacheDirectory(disk, root),
            MaintenanceConfig.defaults(),
            InstantSource.fixed(NOW))
        .verify(List.of(), full, new VerifyListener() {});
  }

  /** Everything that was found. */
  public static List<Finding> findings(VerifyReport report) {
    return Stream.concat(
            report.partitions().stream().flatMap(partition -> partition.findings().stream()),
            report.elsewhere().stream())
        .toList();
  }

  /** Damage and warnings as {@code severity path: found}. */
  public static List<String> trouble(VerifyReport report) {
    List<String> trouble = new ArrayList<>();
    for (Finding finding : findings(report)) {
      if (finding.severity() != Severity.NOTE) {
        trouble.add(finding.severity().text() + " " + finding.path() + ": " + finding.found());
      }
    }
    return trouble;
  }
}
