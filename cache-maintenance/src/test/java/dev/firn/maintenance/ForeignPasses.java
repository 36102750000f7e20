package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.Generation;
import dev.firn.core.testing.ForeignTable;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;

/** Compacts tables of other engines, and requires what holds for all of them. */
final class ForeignPasses {
  private final Path root;
  private final ForeignTable table;
  private MaintenanceConfig config = Passes.CONFIG;

  ForeignPasses(Path root, ForeignTable table) {
    this.root = root;
    this.table = table;
  }

  /** Every data file is large enough to stay as it is. */
  ForeignPasses withLargeFiles() {
    return with(100, MaintenanceConfig.defaults().compactBatchBytes());
  }

  /** A new row group begins when one takes so many bytes. */
  ForeignPasses withBatchBytes(long bytes) {
    return with(MaintenanceConfig.defaults().targetFileBytes(), bytes);
  }

  private ForeignPasses with(long targetFileBytes, long batchBytes) {
    config =
        TestConfig.usual()
            .targetFileBytes(targetFileBytes)
            .batchBytes(batchBytes)
            .prove(Prove.CONTENT)
            .build()
            .withDistinctCounts(true);
    return this;
  }

  PartitionReport run(Disk disk, boolean force) throws IOException {
    Passes passes = new Passes(disk, root);
    passes.configure(config);
    return Passes.of(force ? passes.forced() : passes.standard(), table.partition().path());
  }

  /** Rewrites what has deletes, and requires that Iceberg reads the same rows as before. */
  PartitionReport removesDeletes() throws IOException {
    return compacts(false, table.rows());
  }

  /** A forced pass, and Iceberg reads these rows, sorted. */
  PartitionReport compactsTo(List<String> expected) throws IOException {
    return compacts(true, expected);
  }

  private PartitionReport compacts(boolean force, List<String> expected) throws IOException {
    long rowsIn =
        table.generation().liveFiles().stream().mapToLong(task -> task.file().recordCount()).sum();
    PartitionReport report = run(new LocalDisk(), force);

    assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
    assertThat(table.rows()).isEqualTo(expected);
    assertThat(report.rowsBefore()).isEqualTo(expected.size());
    assertThat(report.rowsAfter()).isEqualTo(expected.size());
    assertThat(report.dropped().count(DropReason.DELETED)).isEqualTo(rowsIn - expected.size());
    Generation live = table.generation();
    assertThat(live.proof().orElseThrow().dropped().count(DropReason.DELETED))
        .isEqualTo(rowsIn - expected.size());
    assertThat(live.name().format()).isEqualTo(report.generationAfter());
    List<String> locations = new ArrayList<>();
    for (FileScanTask task : live.liveFiles()) {
      assertThat(task.deletes()).isEmpty();
      locations.add(live.io().resolve(task.file().location()).getFileName().toString());
    }
    if (live.metadata().currentSnapshot() != null) {
      assertThat(live.metadata().currentSnapshot().deleteManifests(live.io())).isEmpty();
    }
    assertThat(list(live.paths().data())).containsExactlyInAnyOrderElementsOf(locations);
    return report;
  }

  /** Data files of a generation that another one has by hard link, by their name there. */
  List<String> linkedFrom(Path generation) throws IOException {
    List<Object> now = new ArrayList<>();
    Path data = table.generation().paths().data();
    for (String name : list(data)) {
      now.add(Files.getAttribute(data.resolve(name), "unix:ino"));
    }
    List<String> linked = new ArrayList<>();
    for (String name : list(generation.resolve("data"))) {
      if (now.contains(Files.getAttribute(generation.resolve("data").resolve(name), "unix:ino"))) {
        linked.add(name);
      }
    }
    return linked;
  }

  private static List<String> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
