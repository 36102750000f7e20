package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.append.Appends;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.drop.DatasetDrop;
import dev.firn.maintenance.drop.DropReport;
import dev.firn.maintenance.drop.DropReport.Outcome;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class DropTest {
  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final Appends book = new Appends();
  private Path root;

  @BeforeEach
  void fill() throws IOException {
    root = CutCaches.create(directory.resolve("cache"), book);
    try (Cache cache = Appends.open(disk, root)) {
      cache.writer("others", "x").append("{\"k\": \"other\"}");
    } catch (dev.firn.core.rows.NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  private static DropReport drop(Disk disk, Path root, boolean apply) throws IOException {
    return drop(disk, root, Appends.DATASET, apply);
  }

  private static DropReport drop(Disk disk, Path root, String dataset, boolean apply)
      throws IOException {
    return new DatasetDrop(
            disk,
            new CacheDirectory(disk, root),
            Passes.CONFIG,
            InstantSource.fixed(Passes.START),
            "test")
        .run(dataset, apply, false);
  }

  @Test
  void datasetIsGoneWithAllThatIsHeldForItAndTheOthersStay() throws Exception {
    DropReport report = drop(disk, root, true);

    assertThat(report.outcome()).as("%s", report).isEqualTo(Outcome.DROPPED);
    assertThat(report.rows()).isEqualTo(book.keys().size());
    assertThat(report.partitions().get(0).heldExchanges()).isOne();
    assertThat(new CacheDirectory(disk, root).datasets()).containsExactly("others");
    assertThat(Listing.of(root).keySet()).noneMatch(path -> path.contains(Appends.DATASET));
    assertThat(Appends.keys(disk, root)).containsExactly("other");
  }

  @Test
  void dryRunCountsAndWritesNothing() throws Exception {
    Map<String, String> before = Listing.of(root);

    DropReport report = drop(disk, root, false);

    assertThat(report.outcome()).isEqualTo(Outcome.PROPOSED);
    assertThat(report.rows()).isEqualTo(book.keys().size());
    assertThat(report.bytes()).isPositive();
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void killedAtAnyStepTheDatasetIsThereOrGoneAndTheNextPassRemovesTheRest() throws Exception {
    Path template = root;
    boolean whole = false;
    boolean gone = false;
    for (long step = 0; ; step += 3) {
      Path copy = CutCaches.copy(template, directory.resolve("step" + step));
      RecordingDisk dying = new RecordingDisk();
      dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + step)));
      dying.killAfter(step);
      boolean killed = false;
      try {
        drop(dying, copy, true);
      } catch (Killed e) {
        killed = true;
        if (step % 2 == 0) {
          dying.losePower();
        }
      }
      String when = "after step " + step;
      boolean there = new CacheDirectory(disk, copy).datasets().contains(Appends.DATASET);
      assertThat(Appends.keys(disk, copy)).as(when).contains("other");
      if (there) {
        assertThat(Appends.keys(disk, copy)).as(when).containsAll(book.keys());
      } else {
        assertThat(Appends.keys(disk, copy)).as(when).containsExactly("other");
      }
      whole |= there;
      gone |= !there && killed;
      new Passes(disk, copy).run(Passes.options(false, false, Steps.ALL));
      if (there) {
        assertThat(drop(disk, copy, true).outcome()).as(when).isEqualTo(Outcome.DROPPED);
      }
      assertThat(Files.list(copy.resolve("datasets"))).as(when).hasSize(1);
      assertThat(CutCaches.trouble(disk, copy)).as(when).isEmpty();
      CutCaches.remove(copy);
      CutCaches.remove(directory.resolve("side" + step));
      if (!killed) {
        System.out.println("drop: killed after each third of " + step + " steps");
        assertThat(whole && gone).isTrue();
        return;
      }
    }
  }

  @Test
  void whatIsHeldAndCannotLandGoesWhereverTheDropIsKilledAndWhatIsHeldLaterStays()
      throws Exception {
    Path held = Path.of("held").resolve(Appends.PARTITION);
    String unfit = "0000000000000001-unfit.json";
    Files.writeString(root.resolve(held).resolve(unfit), "{");
    Map<String, Predicate<Call>> kills =
        Map.of(
            "before the rename",
            call -> call.kind() == Kind.RENAME && call.path().toString().contains("/.removing-"),
            "after the rename",
            call -> call.kind() == Kind.SYNC_DIRECTORY && call.path().endsWith("datasets"),
            "before the held file goes",
            call -> call.kind() == Kind.DELETE && call.path().endsWith(unfit),
            "after the held file went",
            call -> call.kind() == Kind.DELETE && call.path().toString().contains("/.removing-"));
    for (Map.Entry<String, Predicate<Call>> kill : kills.entrySet()) {
      String when = "killed " + kill.getKey();
      Path copy = CutCaches.copy(root, directory.resolve(kill.getKey()));
      RecordingDisk dying = new RecordingDisk();
      dying.failWith(
          call -> {
            if (kill.getValue().test(call)) {
              throw new Killed();
            }
          });
      assertThatThrownBy(() -> drop(dying, copy, true)).as(when).isInstanceOf(Killed.class);
      boolean there = new CacheDirectory(disk, copy).datasets().contains(Appends.DATASET);
      assertThat(there).as(when).isEqualTo(when.equals("killed before the rename"));
      Path later = copy.resolve(held).resolve("0000000000000002-later.json");
      Files.createDirectories(later.getParent());
      Files.writeString(later, "{");

      new Passes(disk, copy).run(Passes.options(false, false, Steps.ALL));

      assertThat(later).as(when).exists();
      assertThat(Files.exists(later.resolveSibling(unfit))).as(when).isEqualTo(there);
      assertThat(Files.list(copy.resolve("datasets"))).as(when).hasSize(there ? 2 : 1);
      CutCaches.remove(copy);
    }
    Files.delete(root.resolve(held).resolve(unfit));
  }

  @Test
  void appendAfterTheRenameBeginsTheDatasetAnewAndIsNotLost() throws Exception {
    Cache early = Appends.open(disk, root);
    book.append(early, "early");
    Appends later = new Appends();
    RecordingDisk dropping = new RecordingDisk();
    boolean[] done = {false};
    dropping.failWith(
        call -> {
          boolean removing =
              call.kind() == Kind.DELETE && call.path().toString().contains("/.removing-messages-");
          if (removing && !done[0]) {
            done[0] = true;
            later.append(early, "by a writer that knew the old one");
            later.append(Appends.open(disk, root), "by a new one");
          }
        });

    assertThat(drop(dropping, root, true).outcome()).isEqualTo(Outcome.DROPPED);

    assertThat(done[0]).isTrue();
    assertThat(later.acknowledged()).isEqualTo(2);
    later.acknowledge("other", 0);
    assertThat(Appends.keys(disk, root)).containsAll(later.keys()).doesNotContain("early/0");
    assertThat(Appends.keys(disk, root)).hasSize(later.keys().size() + 1);
  }

  @Test
  void writerOfADroppedDatasetTakesTheOneThatAnotherBeganAnewAsItIs() throws Exception {
    try (Cache early = Appends.open(disk, root)) {
      CacheWriter writer = early.writer("fresh", "x");
      writer.append("{\"k\": \"early\", \"text\": \"dropped\"}");
      early.publish();
      String version = newestVersion("fresh");
      drop(disk, root, "fresh", true);
      try (Cache other = Appends.open(disk, root)) {
        other.writer("fresh", "x").append("{\"text\": \"first\", \"k\": \"anew\"}");
      }
      assertThat(newestVersion("fresh")).isEqualTo(version);

      writer.append("{\"k\": \"late\", \"text\": \"second\"}");

      Map<String, String> texts = new TreeMap<>();
      early.scan(
          "fresh",
          (partition, row) -> texts.put((String) row.getField("k"), (String) row.getField("text")));
      assertThat(texts).isEqualTo(Map.of("anew", "first", "late", "second"));
    }
  }

  @Test
  void idThatADroppedDatasetKnewIsNewToTheOneThatIsBegunAnew() throws Exception {
    byte[] json = "{\"k\": \"kept\"}".getBytes(StandardCharsets.UTF_8);
    try (Cache cache = Appends.open(disk, root)) {
      CacheWriter writer = cache.writer("fresh", "x");
      writer.append(JsonExchange.parse(json, 0, json.length), "order 17");
      drop(disk, root, "fresh", true);

      writer.append(JsonExchange.parse(json, 0, json.length), "order 17");
      writer.append(JsonExchange.parse(json, 0, json.length), "order 17");

      List<Object> found = new ArrayList<>();
      cache.scan("fresh", (partition, row) -> found.add(row.getField("k")));
      assertThat(found).containsExactly("kept");
    }
  }

  private String newestVersion(String dataset) throws IOException {
    Partition partition = new CacheDirectory(disk, root).partitions(dataset).get(0);
    return ((Live) new PartitionInspector(disk).inspect(partition)).generation().metadataFile();
  }

  @Test
  void readerThatHasItOpenIsToldThatItWasRemoved() throws Exception {
    Live live = Appends.live(disk, root);
    RowReader reader = new RowReader(disk, live.generation());

    drop(disk, root, true);

    assertThatThrownBy(() -> reader.forEach(live.generation().metadata().schema(), row -> true))
        .isInstanceOf(GenerationRemoved.class);
  }

  @Test
  void datasetOfWhichAPartitionIsHeldOrInDoubtIsNotTouched() throws Exception {
    Path partition = root.resolve(Appends.PARTITION);
    try (HeldLock lease = new PartitionLocks(disk, "other").takeLease(partition, Passes.START)) {
      assertThat(drop(disk, root, true).outcome()).isEqualTo(Outcome.HELD);
      lease.requireValid();
    }
    Path cursor = partition.resolve(PartitionFiles.CURSOR);
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    Map<String, String> before = Listing.of(root);

    assertThat(drop(disk, root, true).outcome()).isEqualTo(Outcome.UNREADABLE);

    assertThat(Listing.of(root)).isEqualTo(before);
    Files.write(cursor, valid);
  }

  @Test
  void rowsOfAnotherProgramStopIt() throws Exception {
    Files.createDirectories(root.resolve("datasets/messages/x/_hypaware_spool"));

    DropReport report = drop(disk, root, true);

    assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(report.reason()).contains("datasets/messages/x/_hypaware_spool");
    assertThat(Appends.keys(disk, root)).containsAll(book.keys());
  }

  @Test
  void journalOfMaintenanceIsNotDropped() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new DatasetDrop(
                        disk,
                        new CacheDirectory(disk, root),
                        Passes.CONFIG,
                        InstantSource.fixed(Passes.START),
                        "test")
                    .run(CacheDirectory.JOURNAL_DATASET, true, false));
  }
}
