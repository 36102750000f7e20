package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.config.MaintenanceConfig.AutoRepair;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pass that may mend what is provable. */
@VerifiedAtTheEnd
class AutoRepairTest {
  private static final String PARTITION = DamageCaches.PARTITION;

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  private Passes passes(Path root, AutoRepair repair) {
    Passes passes = new Passes(disk, root);
    passes.configure(Passes.CONFIG.with(repair));
    return passes;
  }

  private Path damaged() throws IOException {
    Path root = DamageCaches.appended(directory);
    Path cursor = root.resolve(PARTITION + "/cursor.json");
    Files.write(cursor, Arrays.copyOf(Files.readAllBytes(cursor), 50));
    return root;
  }

  @Test
  void cursorIsMendedAndThePassGoesOnInTheMendedPartition() throws IOException {
    Path root = damaged();

    PartitionReport report = passes(root, AutoRepair.PROVABLE).forced().partitions().get(0);

    assertThat(report.outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(report.reason())
        .startsWith("mended: the cursor cannot be read: ")
        .contains(
            "name table-1: ", "what was replaced is in maintenance/repair/20261201T000000Z-1");
    assertThat(report.generationAfter()).isEqualTo("table-2");
    assertThat(Appends.keys(disk, root)).hasSize(DamageCaches.ROWS);
  }

  @Test
  @DamagesCaches
  void nothingIsMendedUnlessTheConfigurationSaysSo() throws IOException {
    Path root = damaged();
    Map<String, String> before = Listing.of(root.resolve("datasets"));

    PartitionReport report = passes(root, AutoRepair.OFF).forced().partitions().get(0);

    assertThat(report.outcome()).isEqualTo(Outcome.UNREADABLE);
    assertThat(Listing.of(root.resolve("datasets"))).isEqualTo(before);
  }

  @Test
  @DamagesCaches
  void dryRunMendsNothing() throws IOException {
    Path root = damaged();
    Map<String, String> before = Listing.of(root);

    passes(root, AutoRepair.PROVABLE).dry();

    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  @DamagesCaches
  void whatIsNotProvableStaysUnreadable() throws IOException {
    Path root = damaged();
    Files.delete(root.resolve(PARTITION + "/cursor.json"));
    Files.delete(root.resolve(PARTITION + "/table/.retired"));
    Files.delete(root.resolve(PARTITION + "/table/metadata/version-hint.text"));
    Path metadata = root.resolve(PARTITION + "/table/metadata/v1.metadata.json");
    for (Path file : Listing.of(metadata.getParent()).keySet().stream().map(Path::of).toList()) {
      if (file.toString().endsWith(".metadata.json")) {
        Files.writeString(metadata.resolveSibling(file), "{");
      }
    }
    Map<String, String> before = Listing.of(root.resolve("datasets"));

    PartitionReport report = passes(root, AutoRepair.PROVABLE).forced().partitions().get(0);

    assertThat(report.outcome()).isEqualTo(Outcome.UNREADABLE);
    assertThat(Listing.of(root.resolve("datasets"))).isEqualTo(before);
    assertThat(root.resolve("maintenance/repair")).doesNotExist();
  }

  @Test
  void passWithNothingToMendWritesNothing() throws IOException {
    Path root = DamageCaches.appended(directory);
    Passes passes = passes(root, AutoRepair.PROVABLE);
    passes.forced();
    passes.forced();
    disk.forget();

    passes.forced();

    assertThat(disk.changes()).noneMatch(c -> c.path().startsWith(root.resolve("datasets")));
  }
}
