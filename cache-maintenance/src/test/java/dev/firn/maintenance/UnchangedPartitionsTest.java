package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig.AutoRepair;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a pass spares itself, and that nothing is due for ever and never seen. */
@VerifiedAtTheEnd
class UnchangedPartitionsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private Path root;
  private Path partition;
  private Passes passes;

  private interface Change {
    void apply() throws Exception;
  }

  @BeforeEach
  void fill() throws Exception {
    fill("cache");
  }

  private void fill(String name) throws Exception {
    root = directory.resolve(name);
    append("first");
    append("second");
    partition = Appends.live(disk, root).partition().directory();
    // What sets times sets them in microseconds: whole seconds can be set again as they were.
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.setLastModifiedTime(
            path, FileTime.fromMillis(Files.getLastModifiedTime(path).toMillis() / 1000 * 1000));
      }
    }
    passes = new Passes(disk, root);
    passes.setWallClock(newest().plus(HOUR));
  }

  private void append(String text) throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange(text, 2));
    }
  }

  /** The newest modification in the cache: passes of the test come later than that. */
  private Instant newest() throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      Instant newest = Instant.MIN;
      for (Path path : (Iterable<Path>) paths::iterator) {
        Instant modified = Files.getLastModifiedTime(path).toInstant();
        newest = modified.isAfter(newest) ? modified : newest;
      }
      return newest;
    }
  }

  private PassReport pass() throws IOException {
    disk.forget();
    passes.advance(Duration.ofMinutes(1));
    return passes.standard();
  }

  private static PartitionReport only(PassReport report) {
    assertThat(report.partitions()).hasSize(1);
    return report.partitions().get(0);
  }

  /** True if the last pass opened anything below the partition. */
  private boolean looked() {
    return disk.calls().stream()
        .filter(call -> call.kind() == Kind.READ || call.kind() == Kind.OPEN)
        .map(Call::path)
        .anyMatch(path -> path.startsWith(partition) || path.startsWith(root.resolve("held")));
  }

  @Test
  void writeThatWasInterruptedIsRememberedAsNothingToDoByNoPassAndGoesAfterItsGrace()
      throws Exception {
    Path data = Appends.live(disk, root).generation().paths().data();
    Path held = Files.createDirectories(root.resolve("held").resolve(Appends.PARTITION));
    for (Path place : List.of(data, held)) {
      Path temporary = DurableFiles.temporaryBeside(place.resolve("x"));
      Files.writeString(temporary, "begun");
      FileTime before = FileTime.from(passes.now().minus(Duration.ofMinutes(10)));
      Files.setLastModifiedTime(temporary, before);
      Files.setLastModifiedTime(place, before);
      pass();
      pass();
      assertThat(temporary).exists();
      passes.advance(HOUR);

      pass();

      assertThat(temporary).doesNotExist();
    }
  }

  @Test
  void whatHasNotChangedIsReportedAsBeforeWithoutOpeningOrWritingAnything() throws Exception {
    PartitionReport first = only(pass());
    assertThat(looked()).isTrue();
    pass();
    Map<String, String> before = Listing.of(root);

    PassReport again = pass();

    assertThat(only(again)).isEqualTo(first);
    assertThat(first.outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(first.rowsBefore()).isEqualTo(4);
    assertThat(looked()).isFalse();
    assertThat(disk.changes()).isEmpty();
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void aPassIsNotedThoughItFoundNothingNew() throws Exception {
    pass();
    Files.delete(root.resolve("maintenance/status.json"));
    pass();
    passes.advance(HOUR);

    pass();

    String at = passes.now().toString();
    assertThat(
            new StatusCollector(disk, new CacheDirectory(disk, root), Passes.CONFIG, passes::now)
                .collect(List.of()))
        .satisfies(
            status -> {
              assertThat(status.lastPass()).contains(at);
              assertThat(status.partitions().get(0).lastRun().orElseThrow().at()).isEqualTo(at);
            });
  }

  @DamagesCaches
  @TestFactory
  Stream<DynamicTest> everyChangeIsLookedAt() {
    Map<String, Change> changes = new LinkedHashMap<>();
    changes.put("an exchange landed", () -> append("third"));
    changes.put(
        "a metadata version was added",
        () -> Files.copy(metadata("v3.metadata.json"), metadata("v4.metadata.json")));
    changes.put("a metadata version was removed", () -> Files.delete(metadata("v3.metadata.json")));
    changes.put(
        "the metadata was rewritten in place",
        () -> Files.writeString(metadata("v3.metadata.json"), "{}"));
    changes.put(
        "the cursor was rewritten in place",
        () -> Files.writeString(partition.resolve("cursor.json"), "{"));
    changes.put("the cursor has gone", () -> Files.delete(partition.resolve("cursor.json")));
    changes.put(
        "the live generation was retired",
        () -> RetiredMarker.write(disk, partition.resolve("table"), passes.now()));
    changes.put(
        "the live generation was renamed",
        () -> Files.move(partition.resolve("table"), partition.resolve("table-9")));
    changes.put(
        "another generation came", () -> Files.createDirectory(partition.resolve("table-9")));
    changes.put(
        "a generation is being built",
        () -> Files.createDirectory(partition.resolve(".building-table-9-" + UUID.randomUUID())));
    changes.put(
        "a temporary file was left in data/",
        () -> Files.createFile(partition.resolve("table/data/.tmp-1-" + UUID.randomUUID())));
    changes.put(
        "an exchange is held",
        () -> {
          Path held =
              Files.createDirectories(
                  root.resolve("held").resolve(root.relativize(partition).toString()));
          Files.createFile(held.resolve("0000000000000001-" + UUID.randomUUID() + ".json"));
        });
    changes.put(
        "the same files were put back",
        () -> {
          FileTime time = Files.getLastModifiedTime(partition);
          Path copy = partition.resolve("cursor.copy");
          Files.copy(partition.resolve("cursor.json"), copy, StandardCopyOption.COPY_ATTRIBUTES);
          Files.move(copy, partition.resolve("cursor.json"), StandardCopyOption.REPLACE_EXISTING);
          Files.setLastModifiedTime(partition, time);
        });
    changes.put(
        "the configuration is another",
        () -> passes.configure(Passes.CONFIG.with(AutoRepair.PROVABLE)));
    changes.put("a day has passed", () -> passes.advance(Duration.ofHours(24)));
    changes.put("the clock was set back", () -> passes.setWallClock(passes.now().minus(HOUR)));
    changes.put(
        "what was remembered is damaged",
        () -> {
          Path file = root.resolve("maintenance/unchanged.json");
          byte[] bytes = Files.readAllBytes(file);
          bytes[bytes.length / 2] ^= 1;
          Files.write(file, bytes);
        });
    return changes.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      fill(entry.getKey().replace(' ', '-').replace("/", ""));
                      pass();
                      pass();
                      assertThat(looked()).as("before it").isFalse();
                      entry.getValue().apply();

                      Outcome outcome = only(pass()).outcome();

                      // What is missing is found out without opening anything.
                      assertThat(looked() || outcome == Outcome.UNREADABLE).isTrue();
                    }));
  }

  @Test
  void whoAsksForMoreThanWhatIsDueGetsIt() throws Exception {
    pass();
    for (PassOptions options :
        List.of(
            Passes.options(false, true, Steps.ALL),
            Passes.options(true, false, Steps.ALL),
            Passes.options(false, false, Steps.COMPACT_ONLY),
            Passes.options(false, false, Steps.SWEEP_ONLY),
            new PassOptions(List.of(), false, false, Steps.ALL, Optional.empty(), false, true))) {
      disk.forget();
      passes.run(options);
      assertThat(looked()).as(options.toString()).isTrue();
    }
  }

  @Test
  void whatChangedJustBeforeItWasLookedAtIsLookedAtAgain() throws Exception {
    passes.setWallClock(newest().plus(Duration.ofSeconds(2)).minus(Duration.ofMinutes(1)));
    pass();

    passes.setWallClock(newest().plus(Duration.ofSeconds(3)).minus(Duration.ofMinutes(1)));
    pass();
    assertThat(looked()).isTrue();

    passes.advance(HOUR);
    pass();
    pass();
    assertThat(looked()).isFalse();
  }

  @Test
  void aGraceThatRunsIsWaitedForByLooking() throws Exception {
    passes.forced();
    passes.setWallClock(newest().plus(HOUR));
    pass();
    pass();
    assertThat(looked()).as("table is retired and waits").isTrue();

    passes.advance(Duration.ofHours(24));
    assertThat(pass().removed()).hasSize(1);
    passes.advance(HOUR);
    pass();
    pass();
    assertThat(looked()).as("table has gone").isFalse();
  }

  @Test
  void aTemporaryFileGoesWhenItsGraceIsOverThoughNothingChangesMeanwhile() throws Exception {
    Path litter = Files.createFile(partition.resolve("table/data/.tmp-1-" + UUID.randomUUID()));
    Files.setLastModifiedTime(litter, FileTime.from(passes.now().minus(Duration.ofMinutes(30))));
    assertThat(pass().removed()).isEmpty();

    passes.advance(Duration.ofMinutes(30));

    assertThat(pass().removed()).hasSize(1);
  }

  @Test
  void aVerdictOfOneDatasetLeavesThoseOfOthersAlone() throws Exception {
    try (Cache cache = Appends.open(root)) {
      cache.writer("others", "a").append(Appends.exchange("x", 1));
    }
    passes.setWallClock(newest().plus(HOUR));
    pass();
    passes.run(
        new PassOptions(
            List.of("others"), false, false, Steps.ALL, Optional.empty(), false, false));

    disk.forget();
    passes.standard();

    assertThat(looked()).isFalse();
  }

  private Path metadata(String name) {
    return partition.resolve("table/metadata").resolve(name);
  }
}
