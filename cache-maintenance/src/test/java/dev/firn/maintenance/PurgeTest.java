package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.purge.CachePurge;
import dev.firn.maintenance.purge.PurgeFinding;
import dev.firn.maintenance.purge.PurgeOptions;
import dev.firn.maintenance.purge.PurgeReport;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import dev.firn.maintenance.restore.PartitionRestore;
import dev.firn.maintenance.restore.RestoreReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class PurgeTest {
  private static final String SECRET = "geheim-4711-geheim";
  private static final Condition CONDITION = Condition.parse("note = '" + SECRET + "'");
  private static final PurgeOptions APPLY = new PurgeOptions(true, false, false);

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  /** All rows but those to be purged. */
  private final Appends others = new Appends();

  private Path root;
  private Path partition;

  @BeforeEach
  void name() {
    root = directory.resolve("cache");
    partition = root.resolve(Appends.PARTITION);
  }

  private static PurgedPartition purge(Disk disk, Path root, PurgeOptions options)
      throws IOException {
    return report(disk, root, CONDITION, options).partitions().get(0);
  }

  private static PurgeReport report(Disk disk, Path root, Condition condition, PurgeOptions options)
      throws IOException {
    CacheDirectory cache = new CacheDirectory(disk, root);
    return new CachePurge(disk, cache, Passes.CONFIG, InstantSource.fixed(Passes.START), "test")
        .run(Appends.DATASET, cache.partitions(Appends.DATASET), condition, options);
  }

  private void append(String... ids) throws IOException {
    try (Cache cache = Appends.open(disk, root)) {
      for (String id : ids) {
        appendOne(cache, id);
      }
    }
  }

  /** Ids that begin with an s are secret. */
  private void appendOne(Cache cache, String id) {
    boolean secret = id.startsWith("s");
    (secret ? new Appends() : others)
        .append(cache, id, ", \"note\": \"" + (secret ? SECRET : "plain " + id) + "\"");
  }

  /** The text is in every kind of place that there is. */
  private void fill() throws IOException {
    append("one", "s1", "two");
    new Passes(disk, root).forced(); // table-1
    append("s2", "three");
    new Passes(disk, root).forced(); // table-2
    append("four", "s3", "five");
    Path data = partition.resolve("table-2/data");
    Path file;
    try (Stream<Path> files = Files.list(data)) {
      file = files.filter(f -> f.toString().contains("rewritten")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    copy(bytes, ".building-table-9-" + UUID.randomUUID() + "/data/rewritten-x.parquet");
    copy(bytes, ".removing-table-8-" + UUID.randomUUID() + "/data/rewritten-y.parquet");
    copy(
        Arrays.copyOf(bytes, bytes.length - 20), // a write was interrupted
        "table-2/data/" + dev.firn.core.disk.DurableFiles.temporaryBeside(file).getFileName());
    Cache cache = Appends.open(disk, root);
    appendOne(cache, "s4"); // landed, not published
    appendOne(cache, "nine");
    Path cursor = partition.resolve(PartitionFiles.CURSOR);
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    appendOne(Appends.open(disk, root), "s5"); // held
    Files.write(cursor, valid);
    assertThat(RawText.filesWith(root, SECRET)).hasSizeGreaterThan(8);
  }

  private void copy(byte[] bytes, String name) throws IOException {
    Path path = partition.resolve(name);
    Files.createDirectories(path.getParent());
    Files.write(path, bytes);
  }

  @Test
  void noByteOfThePurgedRowsIsLeftAnywhereAndNoOtherRowIsLost() throws Exception {
    fill();

    PurgedPartition purged = purge(disk, root, APPLY);

    assertThat(purged.outcome()).as("%s", purged).isEqualTo(Outcome.PURGED);
    assertThat(purged.rowsMatching()).isEqualTo(8);
    assertThat(purged.rowsPurged()).isEqualTo(10); // with what was held
    assertThat(purged.heldExchanges()).isOne();
    assertThat(purged.after().orElseThrow().isClean()).isTrue();
    assertThat(purged.after().orElseThrow().filesScanned()).isPositive();
    assertThat(RawText.filesWith(root, SECRET)).isEmpty();
    others.requireIn(disk, root, "purged");
    assertThat(Appends.live(disk, root).others()).isEmpty();
    assertThat(Appends.live(disk, root).generation().proof().orElseThrow().dropped())
        .isEqualTo(DroppedRows.of(DropReason.PURGED, 10));
  }

  @Test
  void dryRunCountsAndWritesNothing() throws Exception {
    fill();
    Map<String, String> before = Listing.of(root);

    PurgedPartition proposed = purge(disk, root, new PurgeOptions(false, false, false));

    assertThat(Listing.of(root)).isEqualTo(before);
    assertThat(proposed.outcome()).isEqualTo(Outcome.PROPOSED);
    assertThat(proposed.rowsMatching()).isEqualTo(8);
    assertThat(proposed.heldExchanges()).isOne();
    assertThat(proposed.before().orElseThrow().findings())
        .extracting(PurgeFinding::place)
        .contains(
            PurgeFinding.Place.LIVE,
            PurgeFinding.Place.STRAY,
            PurgeFinding.Place.SUPERSEDED,
            PurgeFinding.Place.HELD);
  }

  @Test
  void whereNothingMatchesNothingIsDoneAndSupersededGenerationsKeepTheirGrace() throws Exception {
    append("one", "two");
    new Passes(disk, root).forced();

    PurgedPartition purged = purge(disk, root, APPLY);

    assertThat(purged.outcome()).isEqualTo(Outcome.CLEAN);
    assertThat(Appends.live(disk, root).generation().name().format()).isEqualTo("table-1");
    assertThat(Appends.live(disk, root).others()).hasSize(1);
  }

  @Test
  void conditionThatIsNullIsNotTrueSoTheRowStays() throws Exception {
    append("one", "s1");
    try (Cache cache = Appends.open(disk, root)) {
      others.append(cache, "without a note");
    }

    PurgeReport report = report(disk, root, Condition.parse("NOT (note = 'plain one')"), APPLY);

    assertThat(report.count(Outcome.PURGED)).isOne();
    others.requireIn(disk, root, "purged");
    assertThat(RawText.filesWith(root, SECRET)).isEmpty();
  }

  @Test
  void rowsThatWereOnlyLeftInASupersededGenerationGoAsWell() throws Exception {
    append("one", "two", "s1");
    String key = "s1";
    for (int i = 0; key.startsWith("s1") && i < 200 && remaining("s1") > 0; i++) {
      if (ForeignRows.delete(root, new Random(i)).map(k -> !k.startsWith("s1")).orElse(false)) {
        break;
      }
    }
    long secret = remaining("s1");

    PurgedPartition purged = purge(disk, root, APPLY);

    assertThat(purged.rowsMatching()).isEqualTo(secret);
    assertThat(purged.outcome()).isEqualTo(Outcome.PURGED);
    assertThat(RawText.filesWith(root, SECRET)).isEmpty();
  }

  private long remaining(String id) throws IOException {
    return Appends.keys(disk, root).stream().filter(k -> k.startsWith(id)).count();
  }

  @Test
  void purgedRowsCannotBeRestored() throws Exception {
    append("one", "s1", "two");

    assertThat(purge(disk, root, APPLY).outcome()).isEqualTo(Outcome.PURGED);

    RestoreReport restored =
        new PartitionRestore(
                disk,
                new CacheDirectory(disk, root),
                Passes.CONFIG,
                InstantSource.fixed(Passes.START),
                "test")
            .run(Appends.partition(disk, root), true);
    assertThat(restored.outcome()).isEqualTo(RestoreReport.Outcome.REFUSED);
    assertThat(restored.reason()).contains("has been removed");
  }

  @Test
  void copyThatAHardLinkKeepsElsewhereIsReported() throws Exception {
    append("one", "s1");
    Path backup = Files.createDirectories(directory.resolve("backup"));
    try (Stream<Path> files = Files.list(partition.resolve("table/data"))) {
      for (Path file : files.toList()) {
        Files.createLink(backup.resolve(file.getFileName()), file);
      }
    }

    PurgedPartition purged = purge(disk, root, APPLY);

    assertThat(purged.outcome()).isEqualTo(Outcome.PURGED);
    assertThat(purged.before().orElseThrow().findings())
        .filteredOn(finding -> finding.otherNames() == 1)
        .hasSize(1);
  }

  @Test
  void quarantineAndCopiesOfRepairsThatHoldOtherRowsTooGoOnRequestAlone() throws Exception {
    append("one", "s1");
    Path file;
    try (Stream<Path> files = Files.list(partition.resolve("table/data"))) {
      file = files.filter(f -> f.toString().contains("/2-")).findFirst().orElseThrow();
    }
    byte[] secret = Files.readAllBytes(file);
    new Passes(disk, root).forced();
    byte[] both;
    try (Stream<Path> files = Files.list(partition.resolve("table-1/data"))) {
      both = Files.readAllBytes(files.findFirst().orElseThrow());
    }
    copy(secret, ".quarantine/table/2-00000000000000aa.parquet");
    copy(Arrays.copyOf(secret, 50), ".quarantine/table/2-00000000000000ac.parquet");
    Path copies = root.resolve("maintenance/repair/20260101T000000Z-1").resolve(Appends.PARTITION);
    Files.createDirectories(copies.resolve("table/data"));
    Files.write(copies.resolve("table/data/x.parquet"), both);

    PurgedPartition left = purge(disk, root, APPLY);

    assertThat(left.outcome()).isEqualTo(Outcome.LEFT);
    assertThat(left.after().orElseThrow().findings())
        .extracting(f -> f.path().getFileName().toString())
        .containsExactlyInAnyOrder("2-00000000000000ac.parquet", "x.parquet");
    PurgedPartition purged = purge(disk, root, new PurgeOptions(true, true, false));
    assertThat(purged.outcome()).as("%s", purged).isEqualTo(Outcome.PURGED);
    assertThat(RawText.filesWith(root, SECRET)).isEmpty();
    others.requireIn(disk, root, "purged");
  }

  @Test
  void archivesAreNamedAndGoOnRequestWithoutAnyOtherRow() throws Exception {
    append("one", "s1");
    append("two");
    MaintenanceConfig archiving =
        Passes.CONFIG.with(
            RetentionConfig.of(
                Appends.DATASET, RetentionPolicy.keep().withMaxRows(2).withArchive("archive")));
    Passes passes = new Passes(disk, root);
    passes.configure(archiving);
    passes.forced();
    assertThat(Appends.keys(disk, root)).containsExactly("two/0", "two/1");
    append("s2");

    PurgedPartition named = archived(disk, root, archiving, APPLY);

    assertThat(named.outcome()).as("%s", named).isEqualTo(Outcome.PURGED);
    assertThat(named.after().orElseThrow().findings())
        .extracting(PurgeFinding::place)
        .containsOnly(PurgeFinding.Place.ARCHIVE);
    assertThat(RawText.filesWith(root, SECRET))
        .isNotEmpty()
        .allMatch(path -> path.startsWith("archive"));
    long plain = RawText.filesWith(root.resolve("archive"), "plain one").size();
    assertThat(plain).isPositive();
    PurgeOptions withArchives = new PurgeOptions(true, false, true);
    boolean killed = true;
    for (long step = 0; killed; step += 3) {
      Path copy = CutCaches.copy(root, directory.resolve("step" + step));
      RecordingDisk dying = new RecordingDisk();
      dying.killAfter(step);
      try {
        archived(dying, copy, archiving, withArchives);
        killed = false;
      } catch (Killed e) {
        PurgedPartition again = archived(disk, copy, archiving, withArchives);
        assertThat(again.outcome()).isIn(Outcome.PURGED, Outcome.CLEAN);
      }
      String when = "after step " + step;
      assertThat(RawText.filesWith(copy, SECRET)).as(when).isEmpty();
      List<Path> others = RawText.filesWith(copy.resolve("archive"), "plain one");
      others.removeIf(path -> !path.toString().endsWith(".parquet"));
      assertThat(others).as(when).hasSize((int) plain);
      CutCaches.remove(copy);
    }
    PurgedPartition purged = archived(disk, root, archiving, withArchives);
    assertThat(purged.outcome()).as("%s", purged).isEqualTo(Outcome.PURGED);
    assertThat(purged.rowsArchived()).isEqualTo(2);
    assertThat(RawText.filesWith(root, SECRET)).isEmpty();
    assertThat(RawText.filesWith(root.resolve("archive"), "plain one")).hasSize((int) plain);
  }

  private static PurgedPartition archived(
      Disk disk, Path root, MaintenanceConfig config, PurgeOptions options) throws IOException {
    CacheDirectory cache = new CacheDirectory(disk, root);
    return new CachePurge(disk, cache, config, InstantSource.fixed(Passes.START), "test")
        .run(Appends.DATASET, cache.partitions(Appends.DATASET), CONDITION, options)
        .partitions()
        .get(0);
  }

  @Test
  void whatAnInterruptedAppendLeftBesideTheTableGoesThoughNoRowOfTheTableMatches()
      throws Exception {
    append("one", "s1");
    Path file;
    try (Stream<Path> files = Files.list(partition.resolve("table/data"))) {
      file = files.filter(f -> f.toString().contains("/2-")).findFirst().orElseThrow();
    }
    byte[] secret = Files.readAllBytes(file);
    assertThat(purge(disk, root, APPLY).outcome()).isEqualTo(Outcome.PURGED);
    Path data = Appends.live(disk, root).generation().paths().data();
    Path torn = dev.firn.core.disk.DurableFiles.temporaryBeside(data.resolve("exchange"));
    Files.write(torn, Arrays.copyOf(secret, secret.length - 20));

    PurgedPartition purged = purge(disk, root, APPLY);

    assertThat(purged.outcome()).as("%s", purged).isEqualTo(Outcome.PURGED);
    assertThat(purged.rowsPurged()).isZero();
    assertThat(torn).doesNotExist();
    assertThat(RawText.filesWith(root, SECRET)).isEmpty();
    others.requireIn(disk, root, "purged");
  }

  @Test
  void conditionThatFitsNoPartitionIsAnErrorAndNothingIsDone() throws Exception {
    append("one", "s1");
    Map<String, String> before = Listing.of(root);

    assertThatThrownBy(() -> report(disk, root, Condition.parse("nothing = 1"), APPLY))
        .isInstanceOf(InvalidConditionException.class)
        .hasMessageContaining("nothing");

    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void partitionInDoubtIsNotTouched() throws Exception {
    append("one", "s1");
    Path cursor = partition.resolve(PartitionFiles.CURSOR);
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    Map<String, String> before = Listing.of(root);

    assertThat(purge(disk, root, APPLY).outcome()).isEqualTo(Outcome.UNREADABLE);

    assertThat(Listing.of(root)).isEqualTo(before);
    Files.write(cursor, valid);
  }

  @Test
  void killedAtAnyStepNoOtherRowIsLostAndTheNextPurgeFinishesIt() throws Exception {
    append("one", "s1", "two");
    new Passes(disk, root).run(Passes.options(false, true, Steps.COMPACT_ONLY));
    append("s2", "three");
    Path template = root;
    int stride = Boolean.getBoolean("firn.soak") ? 1 : 7;
    long steps = 0;
    for (long step = 0; ; step += stride) {
      Path copy = CutCaches.copy(template, directory.resolve("step" + step));
      RecordingDisk dying = new RecordingDisk();
      dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + step)));
      dying.killAfter(step);
      boolean killed = false;
      try {
        purge(dying, copy, APPLY);
      } catch (Killed e) {
        killed = true;
        if (step % 2 == 0) {
          dying.losePower();
        }
      }
      String when = "after step " + step;
      assertThat(Appends.keys(disk, copy)).as(when).containsAll(others.keys());
      PurgedPartition again = purge(disk, copy, APPLY);
      assertThat(again.outcome()).as("%s: %s", when, again).isIn(Outcome.PURGED, Outcome.CLEAN);
      assertThat(RawText.filesWith(copy, SECRET)).as(when).isEmpty();
      others.requireIn(disk, copy, when);
      assertThat(CutCaches.trouble(disk, copy)).as(when).isEmpty();
      CutCaches.remove(copy);
      CutCaches.remove(directory.resolve("side" + step));
      steps++;
      if (!killed) {
        System.out.println("purge: killed at " + (steps - 1) + " of " + step + " steps");
        assertThat(step).isGreaterThan(60);
        return;
      }
    }
  }

  @Test
  void rowsThatAreAppendedDuringThePurgeAreRemovedOrAreAllThatIsLeft() throws Exception {
    append("one", "s1", "two");
    RecordingDisk racing = new RecordingDisk();
    int[] raced = {0};
    racing.failWith(
        call -> {
          boolean swap = call.path().endsWith(PartitionFiles.CURSOR) && call.changes();
          if (swap && raced[0]++ == 0) {
            throw new IOException("the first swap fails");
          }
        });

    PurgedPartition failed = purge(racing, root, APPLY);
    assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
    append("s2", "three");
    assertThat(purge(disk, root, APPLY).outcome()).isEqualTo(Outcome.PURGED);

    others.requireIn(disk, root, "purged");
    assertThat(RawText.filesWith(root, SECRET)).isEqualTo(List.of());
  }
}
