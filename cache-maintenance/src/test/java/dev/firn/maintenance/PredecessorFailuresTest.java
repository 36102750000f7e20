package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.report.PassReport.Removed;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.PartitionStatus;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How the program before this one failed, by the numbers under which its failures were recorded.
 */
@VerifiedAtTheEnd
class PredecessorFailuresTest {
  private static final String CLAUDE = "datasets/ai_gateway_messages/source=claude";
  private static final String EPOCH = "datasets/ai_gateway_messages/client=claude/date=2026-08-01";

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  @Test
  @DamagesCaches
  void failure2EmptyCursorNeverMakesTheRealGenerationAnOrphan() throws Exception {
    Path root = FieldCaches.unpack("epoch-legacy", directory);
    Path partition = root.resolve("datasets/ai_gateway_messages/client=claude/date=2026-08-01");
    Files.write(partition.resolve("cursor.json"), new byte[0]);
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(400));
    Map<String, String> before = Listing.of(partition);
    passes.forced();
    assertThat(Listing.of(partition)).isEqualTo(before);

    // What that program did next: an append invented epoch 0 beside the real one.
    Files.writeString(partition.resolve("cursor.json"), "{\"epoch\":0,\"rowCount\":1}");
    Files.delete(partition.resolve("epoch=0/.retired"));
    passes.advance(Duration.ofDays(400));
    PassReport report = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(partition.resolve("epoch=1/metadata")).exists();
    assertThat(report.removed())
        .noneMatch(r -> r.path().endsWith("client=claude/date=2026-08-01/epoch=1"));
  }

  @Test
  void failure3OrphanGraceOfAnHourDoesNotApplyToRetiredGenerations() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();
    passes.advance(Duration.ofHours(2));

    assertThat(passes.standard().removed()).isEmpty();
    assertThat(root.resolve(CLAUDE + "/table")).exists();
  }

  @Test
  @DamagesCaches
  void failure3RetiredGenerationIsKeptWhileTheCursorIsUnreadable() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", directory);
    Path cursor = root.resolve(CLAUDE + "/cursor.json");
    Files.write(cursor, Arrays.copyOf(Files.readAllBytes(cursor), 100));
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(400));

    PassReport report = passes.standard();

    assertThat(root.resolve(CLAUDE + "/table")).exists();
    assertThat(report.removed()).extracting(Removed::path).doesNotContain(CLAUDE + "/table");
  }

  @Test
  void failure4OrphanThatIsStillWrittenToBelowItsOldDirectoryIsKept() throws Exception {
    Path root = FieldCaches.unpack("crashed-compaction", directory);
    Passes passes = new Passes(disk, root);
    for (String name :
        List.of("table-1785542400000", ".building-table-1785542400001-" + UUID.randomUUID())) {
      Path orphan = root.resolve(CLAUDE).resolve(name);
      Files.createDirectories(orphan.resolve("data"));
      Path written = Files.writeString(orphan.resolve("data/growing.parquet"), "PAR1");
      FileTime old = FileTime.from(passes.now().minus(Duration.ofHours(30)));
      Files.setLastModifiedTime(orphan.resolve("data"), old);
      Files.setLastModifiedTime(orphan, old);
      Files.setLastModifiedTime(written, FileTime.from(passes.now().minus(Duration.ofMinutes(5))));
    }

    PassReport report = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(report.removed()).noneMatch(r -> r.path().startsWith(CLAUDE));
    assertThat(root.resolve(CLAUDE + "/table-1785542400000/data/growing.parquet")).exists();
  }

  @Test
  void failure5WhatIsSupersededLeavesTheDisk() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    long bytesBefore = bytes(root);
    long filesBefore = files(root);
    passes.forced();
    passes.advance(Duration.ofHours(25));

    PassReport report = passes.standard();

    assertThat(report.bytesReclaimed()).isGreaterThan(bytesBefore * 9 / 10);
    assertThat(bytes(root)).isLessThan(bytesBefore / 2);
    assertThat(files(root)).isLessThan(filesBefore / 5);
  }

  @Test
  @DamagesCaches
  void failure8TornDataFileStopsNobodyAndIsNamedInTheStatus() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Path torn = anyDataFile(root.resolve(CLAUDE + "/table/data"));
    byte[] bytes = Files.readAllBytes(torn);
    Files.write(torn, Arrays.copyOf(bytes, bytes.length / 2));
    Passes passes = new Passes(disk, root);

    PassReport first = passes.forced();

    assertThat(first.count(Outcome.COMPACTED)).as("%s", first.partitions()).isEqualTo(4);
    PartitionReport report = Passes.of(first, CLAUDE);
    assertThat(report.reason()).contains("cannot be read").contains(torn.toString());
    assertThat(report.dataFilesAfter()).isEqualTo(2);
    assertThat(report.filesLinked()).isEqualTo(1);
    assertThat(report.rowsAfter()).isEqualTo(119);
    assertThat(notes(root)).anyMatch(n -> n.contains(torn.getFileName().toString()));

    PassReport second = passes.forced();
    assertThat(second.count(Outcome.COMPACTED)).isZero();
    assertThat(notes(root)).anyMatch(n -> n.contains(torn.getFileName().toString()));
  }

  @Test
  @DamagesCaches
  void failure8UnreadableFileWithDeletesSkipsItsPartitionByNameAndNoOther() throws Exception {
    Path root = FieldCaches.unpack("with-deletes", directory);
    Path data = root.resolve(CLAUDE + "/table/data");
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      }
    }
    Map<String, String> before = Listing.of(root.resolve(CLAUDE + "/table"));
    Passes passes = new Passes(disk, root);

    PassReport first = passes.standard();

    assertThat(Passes.of(first, CLAUDE).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(Passes.of(first, CLAUDE).reason()).contains("cannot be read");
    assertThat(first.count(Outcome.COMPACTED)).isEqualTo(3);
    assertThat(Listing.of(root.resolve(CLAUDE + "/table"))).isEqualTo(before);
    disk.forget();
    PassReport second = passes.standard();
    assertThat(Passes.of(second, CLAUDE).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(disk.changes()).noneMatch(c -> c.path().startsWith(root.resolve("datasets")));
  }

  @Test
  void failure9PartitionThatDoesNotGrowIsNotRewrittenAgain() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.configure(withFileCount(1));
    assertThat(passes.standard().count(Outcome.COMPACTED)).isEqualTo(4);
    for (int tick = 0; tick < 5; tick++) {
      passes.advance(Duration.ofHours(1));
      assertThat(passes.standard().count(Outcome.COMPACTED)).isZero();
    }
  }

  @Test
  void failure9TightBudgetReachesEveryPartitionInTurnTheNeediestFirst() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    PassOptions tight =
        new PassOptions(
            List.of(), false, true, Steps.ALL, Optional.of(Duration.ofMillis(-1)), false, false);
    for (int done = 1; done <= 4; done++) {
      PassReport report = passes.run(tight);
      assertThat(report.count(Outcome.COMPACTED)).isEqualTo(1);
      if (done == 1) {
        assertThat(report.partitions())
            .filteredOn(p -> p.outcome() == Outcome.COMPACTED)
            .allMatch(p -> p.dataFilesBefore() == 40);
        assertThat(report.partitions())
            .filteredOn(p -> p.outcome() == Outcome.SKIPPED)
            .allMatch(p -> p.reason().contains("time budget is used up"));
      }
    }
    assertThat(passes.run(tight).count(Outcome.COMPACTED)).isZero();
  }

  @Test
  void failure10RewriteThatGainsNothingIsGivenUpAndNotRepeated() throws Exception {
    Path root = FieldCaches.unpack("epoch-legacy", directory);
    Map<String, List<String>> rows = CacheRows.read(disk, root);
    Path partition = root.resolve(EPOCH);
    Passes passes = new Passes(disk, root);
    // Row groups of one row write a value that many rows share many times over.
    long largest = largestFile(partition.resolve("epoch=1/data"));
    passes.configure(
        TestConfig.like(Passes.CONFIG)
            .targetFileBytes(largest * 4 / 3 + 16)
            .compactFileCount(1)
            .batch(1, 1)
            .build());
    String cursor = Files.readString(partition.resolve("cursor.json"));

    PartitionReport first = Passes.of(passes.standard(), EPOCH);

    assertThat(first.outcome()).as("%s", first).isEqualTo(Outcome.SKIPPED);
    assertThat(first.reason()).matches("2 data files would have become \\d+: nothing gained.*");
    assertThat(partition.resolve("cursor.json")).hasContent(cursor);
    disk.forget();
    PartitionReport second = Passes.of(passes.standard(), EPOCH);
    assertThat(second.outcome()).isNotEqualTo(Outcome.COMPACTED);
    assertThat(disk.changes()).noneMatch(call -> call.path().startsWith(partition));
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
  }

  private static long largestFile(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files.mapToLong(f -> f.toFile().length()).max().orElseThrow();
    }
  }

  private List<String> notes(Path root) throws IOException {
    CacheStatus status =
        new StatusCollector(disk, new CacheDirectory(disk, root), Passes.CONFIG, () -> Passes.START)
            .collect(List.of());
    return status.partitions().stream().map(PartitionStatus::notes).flatMap(List::stream).toList();
  }

  private static MaintenanceConfig withFileCount(int count) {
    return TestConfig.like(Passes.CONFIG).compactFileCount(count).build();
  }

  private static Path anyDataFile(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files
          .filter(f -> f.toString().endsWith(".parquet"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private static long bytes(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      return paths.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private static long files(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      return paths.filter(Files::isRegularFile).count();
    }
  }
}
