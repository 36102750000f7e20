package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.restore.PartitionRestore;
import dev.firn.maintenance.restore.RestoreReport;
import dev.firn.maintenance.restore.RestoreReport.Outcome;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The parent of the live generation is made to hold a row more than the live one: another engine
 * deletes a row of a generation of which a restore then makes the row live again.
 */
@VerifiedAtTheEnd
class RestoreTest {
  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final Appends book = new Appends();

  private static RestoreReport restore(Disk disk, Path root, boolean apply) {
    return new PartitionRestore(
            disk,
            new CacheDirectory(disk, root),
            Passes.CONFIG,
            InstantSource.fixed(Passes.START),
            "test")
        .run(Appends.partition(disk, root), apply);
  }

  /** Table-1, which holds one and two and is retired, and table-2, which also holds three. */
  private Path swapped() throws IOException {
    Path root = directory.resolve("cache");
    append(root, "one", "two");
    new Passes(disk, root).forced();
    append(root, "three", "four");
    return root;
  }

  private void append(Path root, String... ids) throws IOException {
    for (String id : ids) {
      try (Cache cache = Appends.open(disk, root)) {
        book.append(cache, id);
      }
    }
  }

  private Live live(Path root) {
    return Appends.live(disk, root);
  }

  @Test
  void restoreGoesForwardToTheFilesOfTheParentAndKeepsWhatWasAppendedSince() throws Exception {
    Path root = swapped();
    Cache cache = Appends.open(disk, root);
    book.append(cache, "five"); // landed, not published

    RestoreReport report = restore(disk, root, true);

    assertThat(report.outcome()).as("%s", report).isEqualTo(Outcome.RESTORED);
    assertThat(report.generationBefore()).contains("table-1");
    assertThat(report.parent()).contains("table");
    assertThat(report.generationAfter()).contains("table-2");
    assertThat(report.rowsBefore()).isEqualTo(10);
    assertThat(report.rowsBack()).isEqualTo(4);
    assertThat(report.rowsKept()).isEqualTo(6);
    assertThat(report.rowsAfter()).isEqualTo(10);
    assertThat(report.filesLinked()).isEqualTo(5);
    book.requireIn(disk, root, "restored");
    GenerationProof proof = live(root).generation().proof().orElseThrow();
    assertThat(proof.parent().format()).isEqualTo("table-1");
    assertThat(proof.rowsRestored()).isZero();
    book.append(cache, "six"); // by a writer that knows the old one
    book.requireIn(disk, root, "appended to");
  }

  @Test
  void rowsOfTheSwapThatWereTakenAwayInASnapshotNobodyKnowsAnyMoreAreMissed() throws Exception {
    Path root = swapped(); // table-1 was swapped in with one and two
    Table table = live(root).generation().table();
    for (FileScanTask task : live(root).generation().liveFiles()) {
      if (task.file().location().contains("/data/rewritten-")) {
        table.newDelete().deleteFile(task.file()).commit();
      }
    }
    append(root, "five");
    live(root)
        .generation()
        .table()
        .expireSnapshots()
        .expireOlderThan(Long.MAX_VALUE)
        .retainLast(1)
        .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
        .commit();
    assertThat(live(root).generation().metadata().snapshots())
        .extracting(Snapshot::operation)
        .containsExactly(DataOperations.APPEND);

    RestoreReport report = restore(disk, root, true);

    assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(report.reason())
        .contains("of the 4 rows that table-1 was swapped in with, 0 are left");
    assertThat(Appends.keys(disk, root)).hasSize(6);
  }

  @Test
  void rowsThatTheSwapDroppedAreLiveAgainAndThoseThatItBroughtAreNotTwice() throws Exception {
    Path root = swapped();
    RestoreReport there = restore(disk, root, true); // table-2: one, two; three, four appended
    assertThat(there.outcome()).isEqualTo(Outcome.RESTORED);
    append(root, "five");

    RestoreReport back = restore(disk, root, true); // undoes the restore

    assertThat(back.outcome()).as("%s", back).isEqualTo(Outcome.RESTORED);
    assertThat(back.rowsBack()).isEqualTo(8);
    assertThat(back.rowsKept()).isEqualTo(2);
    book.requireIn(disk, root, "there and back");
  }

  @Test
  void rowsThatRetentionDroppedComeBackAndTheProofCountsThem() throws Exception {
    Path root = directory.resolve("cache");
    append(root, "one", "two", "three");
    Passes passes = new Passes(disk, root);
    passes.configure(
        Passes.CONFIG.with(
            RetentionConfig.of(Appends.DATASET, RetentionPolicy.keep().withMaxRows(2))));
    passes.forced();
    assertThat(Appends.keys(disk, root)).containsExactly("three/0", "three/1");
    append(root, "four");

    RestoreReport report = restore(disk, root, true);

    assertThat(report.outcome()).as("%s", report).isEqualTo(Outcome.RESTORED);
    assertThat(report.rowsBefore()).isEqualTo(4);
    assertThat(report.rowsAfter()).isEqualTo(8);
    assertThat(live(root).generation().proof().orElseThrow().rowsRestored()).isEqualTo(4);
    book.requireIn(disk, root, "restored");
    RestoreReport back = restore(disk, root, true);
    assertThat(back.outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(live(root).generation().proof().orElseThrow().rowsRestored()).isEqualTo(-4);
  }

  @Test
  void dryRunSaysTheSameAndWritesNothing() throws Exception {
    Path root = swapped();
    Map<String, String> before = Listing.of(root);

    RestoreReport proposed = restore(disk, root, false);

    assertThat(Listing.of(root)).isEqualTo(before);
    assertThat(proposed.outcome()).isEqualTo(Outcome.PROPOSED);
    RestoreReport done = restore(disk, root, true);
    assertThat(done.rowsAfter()).isEqualTo(proposed.rowsAfter());
    assertThat(done.filesLinked()).isEqualTo(proposed.filesLinked());
  }

  @Test
  void parentThatIsGoneCannotBeGoneBackTo() throws Exception {
    Path root = swapped();
    Passes passes = new Passes(disk, root);
    passes.standard(); // notes the time
    passes.advance(Duration.ofHours(25));
    passes.standard();

    RestoreReport report = restore(disk, root, true);

    assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(report.reason()).contains("table, which table-1 was made from, has been removed");
  }

  @Test
  void generationFromWhichAnotherEngineDeletedIsNotGoneBackFrom() throws Exception {
    Path root = swapped();
    String deleted = ForeignRows.delete(root, new Random(1)).orElseThrow();

    RestoreReport report = restore(disk, root, true);

    assertThat(report.outcome()).as(deleted).isEqualTo(Outcome.REFUSED);
    assertThat(report.reason()).contains("something other than an append was done to table-1");
    assertThat(live(root).generation().name().format()).isEqualTo("table-1");
  }

  @Test
  void parentWithDeleteFilesIsRefusedByName() throws Exception {
    Path root = directory.resolve("cache");
    append(root, "one", "two");
    ForeignRows.delete(root, new Random(1)).orElseThrow();
    new Passes(disk, root).forced();

    RestoreReport report = restore(disk, root, true);

    assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(report.reason()).contains("table has delete files");
  }

  @Test
  void firstGenerationHasNothingToGoBackTo() throws Exception {
    Path root = directory.resolve("cache");
    append(root, "one");

    assertThat(restore(disk, root, true).outcome()).isEqualTo(Outcome.REFUSED);
  }

  @Test
  void partitionThatSomebodyElseMaintainsIsLeftAlone() throws Exception {
    Path root = swapped();
    Path partition = root.resolve(Appends.PARTITION);
    try (HeldLock lease = new PartitionLocks(disk, "other").takeLease(partition, Passes.START)) {
      RestoreReport report = restore(disk, root, true);
      assertThat(report.outcome()).isEqualTo(Outcome.HELD);
      assertThat(report.reason()).contains("other");
      lease.requireValid();
    }
  }

  @Test
  void retryOfAnAppendFromBeforeOrAfterTheSwapLandsNothing() throws Exception {
    Path root = CutCaches.create(directory.resolve("cache"), book);
    new Passes(disk, root).run(Passes.options(false, true, PassOptions.Steps.COMPACT_ONLY));
    assertThat(restore(disk, root, true).outcome()).isEqualTo(Outcome.RESTORED);

    CutCaches.repeat(disk, root);

    CutCaches.withHeld(book).requireIn(disk, root, "repeated");
  }

  @Test
  void killedAtAnyStepThePartitionIsAsBeforeOrRestoredAndCanBeRestored() throws Exception {
    Path template = swapped();
    List<String> rows = book.keys();
    long step = 0;
    for (boolean killed = true; killed; step++) {
      Path root = CutCaches.copy(template, directory.resolve("step" + step));
      RecordingDisk dying = new RecordingDisk();
      dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + step)));
      dying.killAfter(step);
      killed = false;
      try {
        assertThat(restore(dying, root, true).outcome()).isEqualTo(Outcome.RESTORED);
      } catch (Killed e) {
        killed = true;
        if (step % 2 == 0) {
          List<PowerLoss> ways = PowerLoss.ways(step);
          dying.losePower(ways.get((int) (step / 2) % ways.size()));
        }
      }
      String when = "after step " + step;
      assertThat(Appends.keys(disk, root)).as(when).isEqualTo(rows);
      Passes passes = new Passes(disk, root);
      passes.run(CutCaches.EVERYTHING);
      assertThat(Appends.keys(disk, root)).as(when + " and a pass").isEqualTo(rows);
      assertThat(new ArrayList<>(CutCaches.trouble(disk, root))).as(when).isEmpty();
      CutCaches.remove(root);
      CutCaches.remove(directory.resolve("side" + step));
    }
    System.out.println("restore: killed after each of " + step + " steps");
    assertThat(step).isGreaterThan(25);
  }
}
