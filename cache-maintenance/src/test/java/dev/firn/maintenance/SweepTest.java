package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.Housekeeping;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.report.PassReport.Kept;
import dev.firn.maintenance.report.PassReport.Removed;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class SweepTest {
  private static final String CLAUDE = "datasets/ai_gateway_messages/source=claude";
  private static final String CODEX = "datasets/ai_gateway_messages/source=codex";
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  @Test
  void orphansOfACrashedCompactionStayWithinTheirGraceAndGoAfterIt() throws Exception {
    Path root = FieldCaches.unpack("crashed-compaction", directory);
    Passes passes = new Passes(disk, root);
    Path young = root.resolve(CODEX + "/table-1785542500000");
    Path old = root.resolve(CLAUDE + "/table-1785542400000");
    touch(old, passes.now().minus(Duration.ofHours(3)));
    touch(young, passes.now().minus(Duration.ofMinutes(59)));
    Map<String, List<String>> rows = CacheRows.read(disk, root);

    PassReport first = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(first.removed())
        .extracting(Removed::path)
        .containsExactly(CLAUDE + "/table-1785542400000");
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(first.kept())
        .contains(
            new Kept(
                CODEX + "/table-1785542500000",
                "never committed, last changed 59 min ago, grace 60 min"));
    assertThat(first.bytesPending()).isEqualTo(bytes(young));

    passes.advance(MINUTE);
    PassReport second = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(second.removed())
        .extracting(Removed::path)
        .containsExactly(CODEX + "/table-1785542500000");
    assertThat(young).doesNotExist();
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
  }

  @Test
  void orphansOfTheEpochLayoutStayWithinTheirGraceAndGoAfterIt() throws Exception {
    Path root = FieldCaches.unpack("epoch-legacy", directory);
    String partition = "datasets/ai_gateway_messages/client=codex/date=2026-08-02";
    Passes passes = new Passes(disk, root);
    Path orphan = root.resolve(partition + "/epoch=2");
    Files.createDirectories(orphan.resolve("data"));
    Files.writeString(orphan.resolve("data/half.parquet"), "PAR1");
    touch(orphan, passes.now().minus(Duration.ofMinutes(59)));

    assertThat(passes.standard().removed())
        .extracting(Removed::path)
        .doesNotContain(partition + "/epoch=2");
    passes.advance(MINUTE);
    assertThat(passes.standard().removed())
        .extracting(Removed::path)
        .contains(partition + "/epoch=2");
  }

  @Test
  void temporaryNamesOfInterruptedAppendsGoAfterTheirGraceAndNothingElseInData() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Path data = root.resolve(CLAUDE + "/table/data");
    Path litter = Files.writeString(data.resolve(".tmp-exchange-" + UUID.randomUUID()), "PAR1");
    Path young = Files.writeString(data.resolve(".tmp-exchange-" + UUID.randomUUID()), "PAR1");
    Path unknown = Files.writeString(data.resolve("tmp-exchange"), "PAR1");
    Path held = Files.createDirectories(root.resolve("held").resolve(CLAUDE));
    Path heldLitter = Files.writeString(held.resolve(".tmp-1.json-" + UUID.randomUUID()), "{");
    Path notes = Files.createDirectories(root.resolve("maintenance"));
    Path noteLitter = Files.writeString(notes.resolve(".tmp-status.json-9"), "{");
    Path youngNote = Files.writeString(notes.resolve(".tmp-clock.json-9"), "{");
    Passes passes = new Passes(disk, root);
    touch(noteLitter, passes.now().minus(Duration.ofMinutes(61)));
    touch(youngNote, passes.now().minus(Duration.ofMinutes(59)));
    touch(litter, passes.now().minus(Duration.ofMinutes(61)));
    touch(heldLitter, passes.now().minus(Duration.ofMinutes(61)));
    touch(unknown, passes.now().minus(Duration.ofMinutes(61)));
    touch(young, passes.now().minus(Duration.ofMinutes(59)));
    Map<String, List<String>> rows = CacheRows.read(disk, root);

    PassReport report = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(report.removed())
        .extracting(Removed::path)
        .containsExactlyInAnyOrder(
            CLAUDE + "/table/data/" + litter.getFileName(),
            "held/" + CLAUDE + "/" + heldLitter.getFileName(),
            "maintenance/" + noteLitter.getFileName());
    assertThat(noteLitter).doesNotExist();
    assertThat(youngNote).exists();
    assertThat(litter).doesNotExist();
    assertThat(heldLitter).doesNotExist();
    assertThat(young).exists();
    assertThat(unknown).exists();
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
  }

  @Test
  void whatGoesWhileItIsLookedAtIsNoTroubleOfTheDisk() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    String name = ".building-table-9-" + UUID.randomUUID();
    for (String partition : List.of(CLAUDE, CODEX)) {
      Path data = Files.createDirectories(root.resolve(partition).resolve(name).resolve("data"));
      Files.writeString(data.resolve("half.parquet"), "PAR1");
    }
    RecordingDisk looking = new RecordingDisk();
    looking.failWith(
        call -> {
          if (call.kind() == Kind.LIST && call.path().endsWith(CLAUDE + "/" + name + "/data")) {
            CutCaches.remove(root.resolve(CLAUDE).resolve(name)); // its builder gives it up
          }
          if (call.kind() == Kind.LIST && call.path().endsWith(CODEX + "/" + name + "/data")) {
            CutCaches.remove(root.resolve(CODEX)); // its dataset is dropped
          }
        });

    PassReport report =
        new Passes(looking, root).run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(root.resolve(CLAUDE).resolve(name)).doesNotExist();
    assertThat(root.resolve(CODEX)).doesNotExist();
    assertThat(Passes.of(report, CLAUDE).outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(Passes.of(report, CODEX).reason()).contains("no such file or directory");
    assertThat(report.diskRefused()).isFalse();
  }

  @Test
  void numberOfARemovedOrphanIsNeverUsedAgain() throws Exception {
    Path root = FieldCaches.unpack("epoch-legacy", directory);
    String partition = "datasets/ai_gateway_messages/client=claude/date=2026-08-01";
    Passes passes = new Passes(disk, root);
    Files.createDirectories(root.resolve(partition + "/epoch=41"));
    touch(root.resolve(partition + "/epoch=41"), passes.now().minus(Duration.ofHours(2)));

    passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));
    assertThat(root.resolve(partition + "/epoch=41")).doesNotExist();
    PassReport report = passes.forced();

    assertThat(Passes.of(report, partition).generationAfter()).isEqualTo("epoch=42");
  }

  @Test
  void nothingIsSweptWhileALiveProcessHoldsTheLease() throws Exception {
    Path root = FieldCaches.unpack("crashed-compaction", directory);
    Passes passes = new Passes(disk, root);
    Path building = root.resolve(CLAUDE + "/.building-table-1785542400001-" + UUID.randomUUID());
    Files.createDirectories(building.resolve("data"));
    touch(building, passes.now().minus(Duration.ofDays(9)));
    PartitionLocks other = new PartitionLocks(disk, "a rewrite that takes nine days");

    try (HeldLock lease = other.takeLease(root.resolve(CLAUDE), passes.now())) {
      PassReport report = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));
      lease.requireValid();

      assertThat(Passes.of(report, CLAUDE).outcome()).isEqualTo(Outcome.HELD);
      assertThat(Passes.of(report, CLAUDE).reason()).contains("a rewrite that takes nine days");
      assertThat(building).exists();
      assertThat(root.resolve(CLAUDE + "/table-1785542400000")).exists();
    }
    passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));
    assertThat(building).doesNotExist();
  }

  @Test
  void whatIsNoGenerationIsNeverTouched() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", directory);
    Path partition = root.resolve(CLAUDE);
    Path outside = Files.createDirectories(directory.resolve("outside/data"));
    Files.writeString(outside.resolve("precious.parquet"), "mine");
    for (String name :
        List.of(
            "table-backup",
            "tables",
            "table-7.bak",
            "table-07",
            "table-0",
            "epoch=x",
            "notes",
            ".building-mine",
            ".building-table-9-not-a-uuid",
            ".removing-tables-" + UUID.randomUUID())) {
      Files.createDirectories(partition.resolve(name).resolve("data"));
      Files.writeString(partition.resolve(name).resolve("data/x.parquet"), "x");
      Files.writeString(partition.resolve(name).resolve(".retired"), "2020-01-01T00:00:00Z");
    }
    Files.writeString(partition.resolve("my.txt"), "mine");
    Files.createSymbolicLink(partition.resolve("table-9"), outside.getParent());
    Files.createSymbolicLink(
        partition.resolve(".building-table-8-" + UUID.randomUUID()), outside.getParent());
    Map<String, String> users =
        Listing.of(
            partition, path -> !path.isEmpty() && !path.matches("(table|table-1795.*)(/.*)?"));
    Map<String, String> outsideBefore = Listing.of(directory.resolve("outside"));
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(1000));

    PassReport report = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(report.removed()).extracting(Removed::path).contains(CLAUDE + "/table");
    assertThat(Listing.of(directory.resolve("outside"))).isEqualTo(outsideBefore);
    Map<String, String> after = Listing.of(partition);
    after.keySet().retainAll(users.keySet());
    assertThat(after).isEqualTo(users);
  }

  @Test
  void retiredGenerationGoesAfterItsWholeGraceAndFreesItsBytes() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    Map<String, List<String>> rows = CacheRows.read(disk, root);
    passes.forced();
    long before = bytes(root);
    passes.advance(Duration.ofHours(24).minusMillis(1));

    PassReport within = passes.standard();
    assertThat(within.removed()).isEmpty();
    assertThat(within.bytesPending()).isGreaterThan(0);

    passes.advance(Duration.ofMillis(1));
    PassReport after = passes.standard();

    assertThat(after.removed()).hasSize(4).allMatch(r -> r.path().endsWith("/table"));
    long files = before - bytes(root);
    assertThat(after.bytesReclaimed()).isBetween(files - 4096, files + 4096);
    assertThat(after.bytesReclaimed()).isEqualTo(within.bytesPending());
    assertThat(after.bytesPending()).isZero();
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
  }

  @Test
  void whatTheLiveOneWasMadeFromHasItsWholeGraceHoweverFewMayStay() throws Exception {
    Path cache = directory.resolve("few");
    Passes few = new Passes(new RecordingDisk(), cache);
    few.configure(Passes.CONFIG.with(new Housekeeping(0, false)));
    for (String id : List.of("a", "b", "c", "d")) {
      try (Cache open = Appends.open(new LocalDisk(), cache)) {
        new Appends().append(open, id);
      }
      few.run(Passes.options(false, true, Steps.COMPACT_ONLY));
    }
    few.advance(Duration.ofHours(23));

    few.standard();

    assertThat(Appends.live(new LocalDisk(), cache).others())
        .extracting(other -> other.name().format())
        .containsExactly("table-2");
    few.advance(Duration.ofHours(2));
    few.standard();
    assertThat(Appends.live(new LocalDisk(), cache).others()).isEmpty();
  }

  @Test
  void ofTooManySupersededGenerationsTheOldestGoEarlyButNotInTheirFirstHour() throws Exception {
    Path cache = directory.resolve("many");
    Passes many = new Passes(new RecordingDisk(), cache);
    many.configure(Passes.CONFIG.with(new Housekeeping(2, false)));
    Appends book = new Appends();
    for (int i = 0; i < 5; i++) {
      for (String id : List.of("a" + i, "b" + i)) {
        try (Cache open = Appends.open(new LocalDisk(), cache)) {
          book.append(open, id);
        }
      }
      many.run(Passes.options(false, true, Steps.COMPACT_ONLY));
      many.advance(Duration.ofMinutes(15));
    }
    assertThat(Appends.live(new LocalDisk(), cache).others())
        .extracting(other -> other.name().format())
        .containsExactly("table", "table-1", "table-2", "table-3", "table-4");

    PassReport dry = many.dry();
    PassReport report = many.standard(); // 75, 60, 45, 30 and 15 minutes

    assertThat(report.removed())
        .extracting(removed -> removed.path())
        .containsExactlyInAnyOrder(Appends.PARTITION + "/table", Appends.PARTITION + "/table-1");
    assertThat(report.removed().get(0).why()).contains("max_generations 2");
    assertThat(dry.removed()).hasSize(2);
    many.advance(Duration.ofHours(2));
    many.standard();
    assertThat(Appends.live(new LocalDisk(), cache).others())
        .extracting(other -> other.name().format())
        .containsExactly("table-3", "table-4");
    book.requireIn(new LocalDisk(), cache, "swept");
  }

  @Test
  void noGraceRemovesRetiredGenerationsAtOnceAndNothingElse() throws Exception {
    Path root = FieldCaches.unpack("crashed-compaction", directory);
    Passes passes = new Passes(disk, root);
    touch(root.resolve(CLAUDE + "/table-1785542400000"), passes.now());
    touch(root.resolve(CODEX + "/table-1785542500000"), passes.now());
    passes.forced();

    PassReport report =
        passes.run(
            new PassOptions(List.of(), false, false, Steps.ALL, Optional.empty(), false, true));

    assertThat(report.removed()).hasSize(4).allMatch(r -> r.path().endsWith("/table"));
    assertThat(root.resolve(CLAUDE + "/table-1785542400000")).exists();
  }

  @Test
  @DamagesCaches
  void retiredGenerationThatWasAppendedToAfterwardsIsKeptAndReported() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();
    Path table = root.resolve(CLAUDE + "/table/metadata");
    Path newest =
        Files.list(table)
            .filter(f -> f.toString().endsWith(".metadata.json"))
            .sorted()
            .reduce((a, b) -> b)
            .orElseThrow();
    Files.copy(newest, table.resolve("v999.metadata.json"));
    passes.advance(Duration.ofDays(30));

    PassReport report = passes.standard();

    assertThat(root.resolve(CLAUDE + "/table")).exists();
    assertThat(report.kept())
        .anyMatch(
            k ->
                k.path().equals(CLAUDE + "/table")
                    && k.why().contains("v999.metadata.json after it was superseded"));
  }

  @Test
  @DamagesCaches
  void completeGenerationThatNobodyNamesMayHaveBeenLiveAndIsKept() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", directory);
    // A stale cursor of a program of the field, and its own marker lost.
    Files.delete(root.resolve(CLAUDE + "/table/.retired"));
    Path cursor = root.resolve(CLAUDE + "/cursor.json");
    Files.writeString(
        cursor,
        "{\"epoch\":0,\"rowCount\":1,\"compaction\":null,\"layout\":\"source-table\","
            + "\"tableDir\":\"table\"}");
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(300));

    PassReport report = passes.run(Passes.options(false, false, Steps.SWEEP_ONLY));

    assertThat(root.resolve(CLAUDE + "/table-1795319052379")).exists();
    assertThat(report.kept())
        .anyMatch(
            k ->
                k.path().contains("table-1795319052379") && k.why().contains("may have been live"));
  }

  @Test
  void killBetweenCursorAndMarkerStillGivesTheOldGenerationItsWholeGrace() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();
    Path table = root.resolve(CLAUDE + "/table");
    Files.delete(table.resolve(".retired"));
    passes.advance(Duration.ofDays(30));

    PassReport first = passes.standard();

    assertThat(table).exists();
    assertThat(first.kept())
        .anyMatch(k -> k.path().equals(CLAUDE + "/table") && k.why().contains("not marked yet"));
    assertThat(RetiredMarker.find(disk, table))
        .contains(new RetiredMarker(Optional.of(passes.now())));
    passes.advance(Duration.ofHours(24).minusMillis(1));
    assertThat(passes.standard().removed()).isEmpty();
    passes.advance(Duration.ofMillis(1));
    passes.standard();
    assertThat(table).doesNotExist();
  }

  @Test
  void swapItselfMarksTheOldGeneration() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);

    PassReport report = passes.run(Passes.options(false, true, Steps.COMPACT_ONLY));

    assertThat(report.count(Outcome.COMPACTED)).isEqualTo(4);
    assertThat(RetiredMarker.find(disk, root.resolve(CLAUDE + "/table")))
        .contains(new RetiredMarker(Optional.of(passes.now())));
  }

  @Test
  void markerOlderThanTheSwapIsReplacedAndGraceRunsFromThen() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();
    Path marker = root.resolve(CLAUDE + "/table/.retired");
    Files.writeString(marker, "2020-01-01T00:00:00Z");

    passes.standard();

    assertThat(marker).hasContent("2026-12-01T00:00:00.000Z");
    assertThat(marker.getParent()).exists();
  }

  @Test
  void clockThatJumpsForwardShortensNoGrace() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();

    passes.setWallClock(passes.now().plus(Duration.ofDays(365)));
    assertThat(passes.standard().removed()).isEmpty();
    passes.advance(Duration.ofHours(24));
    assertThat(passes.standard().removed()).hasSize(4);
  }

  @Test
  void clockThatJumpsBackOnlyDelays() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();

    passes.setWallClock(passes.now().minus(Duration.ofDays(365)));
    passes.advance(Duration.ofDays(2));
    assertThat(passes.standard().removed()).isEmpty();
  }

  @Test
  void interruptedRemovalIsFinishedByTheNextSweep() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.forced();
    Path aside = root.resolve(CLAUDE + "/.removing-table-" + UUID.randomUUID());
    Files.move(root.resolve(CLAUDE + "/table"), aside);

    PassReport report = passes.standard();

    assertThat(aside).doesNotExist();
    assertThat(report.removed())
        .contains(
            new Removed(
                new CacheDirectory(disk, root).relative(aside),
                "its removal was interrupted",
                report.bytesReclaimed()));
  }

  private static void touch(Path tree, Instant time) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.setLastModifiedTime(path, FileTime.from(time));
      }
    }
  }

  private static long bytes(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      return paths.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }
}
