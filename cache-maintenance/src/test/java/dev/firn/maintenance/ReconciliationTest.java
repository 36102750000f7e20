package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.reconcile.LitterInspector;
import dev.firn.maintenance.report.Litter;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.report.PassReport.Kept;
import dev.firn.maintenance.report.PassReport.Removed;
import dev.firn.maintenance.status.CacheStatus;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a live generation and is named by nothing: it goes, or is told of. */
@VerifiedAtTheEnd
class ReconciliationTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final PassOptions SWEEP = Passes.options(false, false, Steps.SWEEP_ONLY);

  @TempDir Path root;
  private final RecordingDisk disk = new RecordingDisk();
  private Path metadata;
  private Path data;
  private Instant committed;
  private Passes passes;
  private Map<String, List<String>> rows;

  @BeforeEach
  void publishThreeTimes() throws Exception {
    publish("first");
    publish("second");
    publish("third");
    Generation live = Appends.live(disk, root).generation();
    metadata = live.paths().metadata();
    data = live.paths().data();
    committed = Files.getLastModifiedTime(metadata.resolve(live.metadataFile())).toInstant();
    passes = new Passes(disk, root);
    passes.setWallClock(committed);
    rows = CacheRows.read(disk, root);
  }

  private void publish(String id) throws IOException {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange(id, 2));
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  /** A manifest that a commit was killed before it named; a copy, so that it could be read. */
  private Path stray(Instant modified) throws IOException {
    return plant(metadata.resolve(UUID.randomUUID() + "-m0.avro"), modified);
  }

  private Path plant(Path file, Instant modified) throws IOException {
    Path manifest;
    try (Stream<Path> files = Files.list(metadata)) {
      manifest = files.filter(f -> f.toString().endsWith("-m0.avro")).findFirst().orElseThrow();
    }
    Files.copy(manifest, file);
    Files.setLastModifiedTime(file, FileTime.from(modified));
    return file;
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(metadata)) {
      return files
          .map(f -> f.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private PassReport at(Duration sinceCommit) throws IOException {
    advanceTo(sinceCommit);
    disk.forget();
    return passes.run(SWEEP);
  }

  private void advanceTo(Duration sinceCommit) {
    passes.advance(Duration.between(passes.now(), committed.plus(sinceCommit)));
  }

  private String relative(Path path) {
    return root.relativize(path).toString();
  }

  @Test
  void manifestsThatNoVersionNamesGoAfterTheirGraceAndNothingElseDoes() throws Exception {
    plant(metadata.resolve("notes.avro"), committed.minus(HOUR));
    Set<String> before = names();
    stray(committed.minusSeconds(60));
    plant(metadata.resolve("snap-1-1-" + UUID.randomUUID() + ".avro"), committed.minusSeconds(60));
    Path younger = stray(committed.minusSeconds(30));

    assertThat(at(HOUR.minusSeconds(61)).removed()).isEmpty();
    PassReport report = at(HOUR.minusSeconds(60));

    assertThat(report.removed())
        .containsExactly(
            new Removed(
                relative(metadata),
                "2 files of metadata of interrupted commits, which no version names,"
                    + " last changed 60 min ago",
                2 * Files.size(younger)));
    assertThat(younger).exists();
    assertThat(at(HOUR).removed()).extracting(Removed::path).containsExactly(relative(metadata));
    assertThat(names()).isEqualTo(before);
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
    assertThat(at(HOUR.plusSeconds(1)).removed()).isEmpty();
  }

  /** As an engine leaves them that was killed between the file and its entry. */
  @Test
  void statisticsThatNoVersionNamesGoAndThoseOfAnOlderVersionStay() throws Exception {
    Path named = plant(metadata.resolve("1-named.stats"), committed.minusSeconds(60));
    Path stray = plant(metadata.resolve("1-stray.stats"), committed.minusSeconds(60));
    Path later = plant(metadata.resolve("2-stray.stats"), committed.plusSeconds(60));
    Table table = Appends.live(disk, root).generation().table();
    long snapshot = table.currentSnapshot().snapshotId();
    table
        .updateStatistics()
        .setStatistics(
            new GenericStatisticsFile(
                snapshot, table.location() + "/metadata/1-named.stats", 10, 2, List.of()))
        .commit();
    table.updateStatistics().removeStatistics(snapshot).commit(); // an older version names it
    for (Path version : versions()) {
      Files.setLastModifiedTime(version, FileTime.from(committed));
    }

    assertThat(at(HOUR.minusSeconds(61)).removed()).isEmpty();
    assertThat(at(HOUR).removed()).extracting(Removed::path).containsExactly(relative(metadata));

    assertThat(stray).doesNotExist();
    assertThat(named).exists();
    assertThat(at(HOUR.multipliedBy(2)).removed()).isEmpty();
    assertThat(later).as("nothing was committed after it").exists();
    at(Duration.ofHours(24).plusSeconds(60));
    assertThat(later).doesNotExist();
    assertThat(named).exists();
  }

  private List<Path> versions() throws IOException {
    try (Stream<Path> files = Files.list(metadata)) {
      return files.filter(f -> f.toString().endsWith(".metadata.json")).toList();
    }
  }

  @Test
  void manifestAfterWhichNothingWasCommittedHasTheGraceOfRetiredGenerations() throws Exception {
    Path stray = stray(committed.plusSeconds(1));

    assertThat(at(Duration.ofHours(24)).removed()).isEmpty();
    assertThat(stray).exists();
    at(Duration.ofHours(24).plusSeconds(1));

    assertThat(stray).doesNotExist();
  }

  @Test
  void partitionWithAStrayIsLookedAtUntilItHasGoneAndNotAfterwards() throws Exception {
    Path stray = stray(committed.minusSeconds(60));
    advanceTo(Duration.ofMinutes(10));
    passes.standard();
    passes.advance(HOUR);
    passes.standard();
    assertThat(stray).doesNotExist();
    passes.advance(HOUR);
    passes.standard();
    disk.forget();
    passes.advance(HOUR);

    passes.standard();

    assertThat(disk.calls())
        .filteredOn(call -> call.kind() == Kind.OPEN || call.kind() == Kind.READ)
        .noneMatch(call -> call.path().startsWith(metadata));
  }

  @Test
  void temporaryNamesInTheGenerationAndItsMetadataGoAfterTheirGrace() throws Exception {
    Path version = plant(metadata.resolve(".tmp-v9.metadata.json-1"), committed);
    Path marker = plant(metadata.resolveSibling(".tmp-.retired-1"), committed);

    assertThat(at(HOUR.minusSeconds(1)).removed()).isEmpty();
    at(HOUR);

    assertThat(version).doesNotExist();
    assertThat(marker).doesNotExist();
  }

  @Test
  void nothingGoesWhereAVersionCannotBeReadAndThePassSaysSo() throws Exception {
    Path stray = stray(committed.minusSeconds(60));
    Path older = metadata.resolve("v2.metadata.json");
    byte[] whole = Files.readAllBytes(older);
    Files.write(older, new byte[] {'{'});

    PassReport report = at(HOUR);

    assertThat(stray).exists();
    assertThat(report.removed()).isEmpty();
    assertThat(report.kept()).extracting(Kept::path).containsExactly(relative(metadata));
    assertThat(report.kept().get(0).why()).startsWith("v2.metadata.json or a manifest list");
    Files.write(older, whole);
    at(HOUR);
    assertThat(stray).doesNotExist();
  }

  @Test
  void nothingGoesWhereAManifestListOfAnOlderSnapshotIsMissing() throws Exception {
    Path stray = stray(committed.minusSeconds(60));
    Path list =
        metadata.resolve(
            names().stream().filter(n -> n.startsWith("snap-")).findAny().orElseThrow());
    Path aside = Files.move(list, root.resolveSibling("list-aside-" + UUID.randomUUID()));

    at(HOUR);

    assertThat(stray).exists();
    Files.move(aside, list);
  }

  @Test
  void whatMetadataOfAnotherFormNamesIsNeeded() throws Exception {
    Path stray = stray(committed.minusSeconds(60));
    Path foreign = metadata.resolve("00003-" + UUID.randomUUID() + ".metadata.json");
    Files.write(foreign, new byte[] {'{'});

    assertThat(at(HOUR).kept().get(0).why()).startsWith(foreign.getFileName() + " or a manifest");

    assertThat(stray).exists();
    Files.delete(foreign);
  }

  @Test
  void symbolicLinkStays() throws Exception {
    Path target = plant(metadata.resolve("target.avro"), committed.minusSeconds(60));
    Path link = Files.createSymbolicLink(metadata.resolve("linked-m0.avro"), target);

    assertThat(at(Duration.ofDays(9)).removed()).isEmpty();

    assertThat(link).isSymbolicLink();
    assertThat(target).exists();
    Files.delete(link);
  }

  @Test
  void tableThatForbidsItKeepsAll() throws Exception {
    Appends.live(disk, root)
        .generation()
        .table()
        .updateProperties()
        .set("gc.enabled", "false")
        .commit();
    Path stray = stray(committed.minusSeconds(60));

    assertThat(at(Duration.ofDays(9)).removed()).isEmpty();

    assertThat(stray).exists();
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Something another process does once, right before a call of the pass under its lease. */
  private void before(Kind kind, String ending, Step step) {
    Path owner = Appends.partition(disk, root).directory().resolve(PartitionFiles.MAINTAIN_OWNER);
    boolean[] done = {false};
    disk.failWith(
        call -> {
          if (!done[0]
              && call.kind() == kind
              && call.path().toString().endsWith(ending)
              && Files.exists(owner)) {
            done[0] = true;
            step.run();
          }
        });
  }

  @Test
  void nothingGoesWhereAPublishCameBetweenTheLookAndTheLock() throws Exception {
    Path stray = stray(committed.minusSeconds(60));
    before(Kind.OPEN, "v1.metadata.json", () -> publish("fourth"));

    assertThat(at(HOUR).removed()).isEmpty();

    assertThat(stray).exists();
    at(HOUR);
    assertThat(stray).doesNotExist();
  }

  @Test
  void removalEndsWhereAnotherProgramCommits() throws Exception {
    Path first = stray(committed.minusSeconds(60));
    Path second = stray(committed.minusSeconds(60));
    before(
        Kind.DELETE,
        "-m0.avro",
        () ->
            Appends.live(disk, root)
                .generation()
                .table()
                .updateProperties()
                .set("foreign", "1")
                .commit());

    at(HOUR);

    assertThat(Stream.of(first, second).filter(Files::exists)).hasSize(1);
  }

  @Test
  void fileThatWasReplacedSinceTheLookStays() throws Exception {
    Path stray = stray(committed.minusSeconds(60));
    before(
        Kind.LOCK,
        PartitionFiles.COMMIT_LOCK,
        () -> {
          Files.delete(stray);
          plant(stray, committed.minusSeconds(59));
        });

    at(HOUR);

    assertThat(stray).exists();
  }

  @Test
  void killedAfterAnyStepNoRowIsLostAndTheNextPassFinishes() throws Exception {
    Set<String> before = names();
    for (long step = 0; ; step++) {
      stray(committed.minusSeconds(60));
      plant(metadata.resolve("1-" + UUID.randomUUID() + ".stats"), committed.minusSeconds(60));
      RecordingDisk dying = new RecordingDisk();
      dying.killAfter(step);
      advanceTo(HOUR);
      boolean killed = false;
      try {
        passes.on(dying).run(SWEEP);
      } catch (Killed e) {
        killed = true;
      }
      assertThat(names()).as("killed after step %d", step).containsAll(before);
      at(HOUR);
      assertThat(names()).as("finished after step %d", step).isEqualTo(before);
      if (!killed) {
        assertThat(step).isGreaterThan(6);
        assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
        return;
      }
    }
  }

  @Test
  void dataFilesThatNobodyReadsAreToldOfAndStay() throws Exception {
    Path landed = Files.list(data).findFirst().orElseThrow();
    Path nested = Files.createDirectories(data.resolve("day=1")).resolve("b.parquet");
    for (Path file : List.of(data.resolve("a.parquet"), nested)) {
      Files.copy(landed, file);
      Files.setLastModifiedTime(file, FileTime.from(committed.minusSeconds(60)));
    }
    Path young = Files.copy(landed, data.resolve("young.parquet"));
    Files.setLastModifiedTime(young, FileTime.from(committed.plusSeconds(60)));
    Litter two = new Litter(2, 2 * Files.size(landed));

    PassReport report = at(HOUR);

    assertThat(report.litter()).containsExactly(Map.entry(Appends.PARTITION, two));
    assertThat(report.removed()).isEmpty();
    assertThat(status().partitions().get(0).litter()).isEqualTo(two);
    assertThat(at(HOUR.plusSeconds(60)).litter().get(Appends.PARTITION).files()).isEqualTo(3);
    assertThat(young).exists();
  }

  private CacheStatus status() throws IOException {
    return new StatusCollector(disk, new CacheDirectory(disk, root), Passes.CONFIG, passes::now)
        .collect(List.of());
  }

  @Test
  void whatLandsOrIsNamedByAKeptSnapshotIsNoLitter() throws Exception {
    Generation live = Appends.live(disk, root).generation();
    live.table().newDelete().deleteFile(live.liveFiles().get(0).file()).commit();
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("unpublished", 2));
      PassReport report = at(HOUR);
      assertThat(report.litter()).isEmpty();
    }
  }

  @Test
  void lookThatFindsNoLitterReadsNoManifest() throws Exception {
    at(HOUR);
    disk.forget();
    new LitterInspector(
            disk,
            Passes.CONFIG,
            ObservedTime.read(disk, new CacheDirectory(disk, root), passes.now(), Optional.empty()))
        .inspect(Appends.live(disk, root));

    assertThat(disk.calls()).extracting(Call::path).noneMatch(p -> p.toString().endsWith(".avro"));
  }
}
