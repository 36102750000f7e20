package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.read.RowReader;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.StatusCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that grow for long: how often a row is rewritten, and how a backlog drains. */
class TieredCompactionTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  private final Disk disk = new LocalDisk();
  private final Random random = new Random(11);
  private int appended;
  @TempDir Path root;

  @Test
  void eachByteIsWrittenAtMostFourTimesHoweverManyPassesThereAre() throws Exception {
    int passes = SOAK ? 100 : 12;
    Passes pass = new Passes(disk, root);
    long written = 0;
    PartitionReport report = null;
    for (int i = 0; i < passes; i++) {
      append(SOAK ? 100 : 40, 5);
      report = only(pass.standard());
      assertThat(report.outcome()).isEqualTo(Outcome.COMPACTED);
      written += report.bytesWritten();
    }
    System.out.printf(
        "%d exchanges, %d passes: %d bytes written for %d bytes in %d files, %.2f a byte%n",
        appended,
        passes,
        written,
        report.bytesAfter(),
        report.dataFilesAfter(),
        (double) written / report.bytesAfter());
    assertThat((double) written / report.bytesAfter()).isLessThanOrEqualTo(4);
    assertThat(report.dataFilesAfter()).isLessThanOrEqualTo(28);

    PartitionReport again = only(pass.standard());
    assertThat(again.outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(again.bytesWritten()).isZero();
    assertThat(again.generationAfter()).isEqualTo(report.generationAfter());
    assertThat(keys()).isEqualTo(expected());
  }

  @Test
  void aBacklogIsDrainedStepByStepInOnePass() throws Exception {
    append(60, 1);
    Passes pass = new Passes(disk, root);
    pass.configure(config(80_000));

    PartitionReport report = only(pass.standard());

    assertThat(report.outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(report.filesRewritten()).isGreaterThanOrEqualTo(60);
    assertThat(report.filesLeft()).isZero();
    assertThat(report.generationBefore()).isEqualTo("table");
    assertThat(report.generationAfter()).isNotEqualTo("table-1"); // more than one step
    assertThat(report.rowsBefore()).isEqualTo(60);
    assertThat(report.rowsAfter()).isEqualTo(60);
    assertThat(report.dataFilesBefore()).isEqualTo(60);
    assertThat(report.dataFilesAfter()).isLessThan(10);
    assertThat(keys()).isEqualTo(expected());
  }

  @Test
  void whatThePassHadNoTimeForIsABacklogWhoseTrendIsNamed() throws Exception {
    append(60, 1);
    Passes pass = new Passes(disk, root);
    pass.configure(config(80_000));
    PassOptions hurried =
        new PassOptions(
            List.of(),
            false,
            false,
            Steps.ALL,
            Optional.of(Duration.ofNanos(-1)), // used up from the start
            false,
            false);

    PartitionReport report = only(pass.run(hurried));

    assertThat(report.outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(report.generationAfter()).isEqualTo("table-1");
    assertThat(report.filesLeft()).isPositive();
    assertThat(status().backlog().orElseThrow().trend()).isEqualTo("draining");
    assertThat(status().backlog().orElseThrow().files())
        .isLessThanOrEqualTo(report.filesLeft() + 1);

    append(50, 1);
    assertThat(status().backlog().orElseThrow().trend()).isEqualTo("falling behind");

    assertThat(only(pass.standard()).filesLeft()).isZero();
    assertThat(status().backlog()).isEmpty();
    assertThat(keys()).isEqualTo(expected());
  }

  /** Eight times the target is what one rewrite takes. */
  private static MaintenanceConfig config(long inputBytes) {
    return TestConfig.usual().targetFileBytes(inputBytes / 8).prove(Prove.CONTENT).build();
  }

  private void append(int exchanges, int rows) throws Exception {
    try (Cache cache = Appends.open(root)) {
      for (int i = 0; i < exchanges; i++) {
        Appends.writer(cache).append(Appends.exchange("e" + appended++, rows, fields()));
      }
    }
  }

  /** Of an ordinary record: a few numbers, a time, an id, a name that repeats, a short text. */
  private String fields() {
    StringBuilder text = new StringBuilder();
    for (int word = 0; word < 12; word++) {
      text.append(Integer.toString(random.nextInt(50_000), 36)).append(' ');
    }
    return (", \"at\": \"2026-08-01T10:%02d:%02d.%03dZ\", \"id\": \"%016x\", \"model\": \"model-%d\""
            + ", \"tokens\": %d, \"cost\": %.4f, \"message\": \"%s\"")
        .formatted(
            random.nextInt(60),
            random.nextInt(60),
            random.nextInt(1000),
            random.nextLong(),
            random.nextInt(5),
            random.nextInt(10_000),
            random.nextDouble(),
            text);
  }

  private static PartitionReport only(PassReport report) {
    assertThat(report.partitions()).hasSize(1);
    return report.partitions().get(0);
  }

  private PartitionStatus status() throws IOException {
    return new StatusCollector(
            disk, new CacheDirectory(disk, root), config(80_000), InstantSource.system())
        .collect(List.of())
        .partitions()
        .get(0);
  }

  /** In the order in which they are read. */
  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    var generation = Appends.live(disk, root).generation();
    new RowReader(disk, generation)
        .forEach(generation.metadata().schema().select("k"), row -> keys.add((String) row.get(0)));
    return keys;
  }

  /** In the order in which they were appended. */
  private List<String> expected() throws IOException {
    List<String> keys = new ArrayList<>();
    int rows = keys().size() / appended;
    for (int i = 0; i < appended; i++) {
      for (int row = 0; row < rows; row++) {
        keys.add("e" + i + "/" + row);
      }
    }
    return keys;
  }
}
