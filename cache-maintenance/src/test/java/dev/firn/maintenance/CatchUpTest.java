package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is appended while a partition is compacted is in the new generation, once. */
@VerifiedAtTheEnd
class CatchUpTest {
  /** In a soak every step is tried. */
  private static final int STRIDE = Boolean.getBoolean("firn.soak") ? 1 : 4;

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private Path root;
  private Appends book;

  @BeforeEach
  void fresh() throws IOException {
    root = directory.resolve("cache");
    book = new Appends();
    try (Cache cache = Appends.open(root)) {
      book.append(cache, "one");
      book.append(cache, "two");
    }
  }

  /** Another cache with the same in it. */
  private void copyOf(Path template, Appends known, String name) throws IOException {
    root = directory.resolve(name);
    book = new Appends(known);
    try (Stream<Path> paths = Files.walk(template)) {
      for (Path path : paths.toList()) {
        Files.copy(path, root.resolve(template.relativize(path).toString()));
      }
    }
  }

  @Test
  void appendAtAnyStepOfAPassIsReadOnce() throws Exception {
    Path template = root;
    Appends known = book;
    for (long step = 0; ; step += STRIDE) {
      copyOf(template, known, "step" + step);
      Cache open = Appends.open(root);
      book.append(open, "three");
      Cache cache = step % 2 == 0 ? open : Appends.open(root);
      RecordingDisk watched = new RecordingDisk();
      long at = step;
      long[] count = {0};
      boolean[] met = {false};
      Thread[] appender = {null};
      watched.failWith(
          call -> {
            if (isStep(call) && count[0]++ == at) {
              met[0] = true;
              appender[0] = new Thread(() -> book.append(cache, "meanwhile"));
              appender[0].start();
              awaitWaitingOrEnd(appender[0]);
            }
          });

      PassReport report = new Passes(watched, root).forced();

      if (appender[0] != null) {
        appender[0].join(20_000);
      }
      String when = "append at step " + step + " of a pass";
      PartitionReport partition = Passes.of(report, Appends.PARTITION);
      assertThat(partition.outcome()).as(when + ": " + partition).isEqualTo(Outcome.COMPACTED);
      assertThat(partition.rowsBefore()).as(when).isEqualTo(partition.rowsAfter());
      assertThat(book.unclear()).as(when).isZero();
      book.requireIn(disk, root, when);
      book.append(open, "later");
      book.append(cache, "later still");
      book.requireIn(disk, root, when + ", and later");
      if (step % (5 * STRIDE) == 0) {
        new Passes(disk, root).forced();
        book.append(open, "last");
        book.requireIn(disk, root, when + ", and another pass");
      }
      open.close();
      cache.close();
      if (!met[0]) {
        System.out.println("append at each of " + step + " steps of a pass");
        assertThat(step).isGreaterThan(30);
        return;
      }
    }
  }

  private static boolean isStep(Call call) {
    return call.changes() || call.kind() == Kind.SYNC || call.kind() == Kind.SYNC_DIRECTORY;
  }

  private static void awaitWaitingOrEnd(Thread thread) {
    for (int i = 0; i < 10_000; i++) {
      Thread.State state = thread.getState();
      if (state == Thread.State.TIMED_WAITING || state == Thread.State.TERMINATED) {
        return;
      }
      LockSupport.parkNanos(500_000);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Does it once, when the first rewritten file is begun. */
  private static RecordingDisk.Fault duringRewrite(Work work) {
    AtomicBoolean first = new AtomicBoolean(true);
    return call -> {
      if (call.kind() == Kind.CREATE
          && call.path().toString().contains("/rewritten-")
          && first.getAndSet(false)) {
        work.run();
      }
    };
  }

  @Test
  void schemaThatGrowsDuringTheRewriteGivesTheSwapUpAndLosesNothing() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    try (Cache cache = Appends.open(root)) {
      watched.failWith(duringRewrite(() -> book.append(cache, "grown", ", \"x.y\": 1")));
      PartitionReport report = Passes.of(new Passes(watched, root).forced(), Appends.PARTITION);
      assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.reason()).contains("its schema has changed", "plans anew");
      book.requireIn(disk, root, "given up");
      assertThat(Appends.live(disk, root).generation().name().format()).isEqualTo("table");
      try (Stream<Path> entries = Files.list(root.resolve(Appends.PARTITION))) {
        assertThat(entries).noneMatch(e -> e.getFileName().toString().startsWith(".building"));
      }
      report = Passes.of(new Passes(disk, root).forced(), Appends.PARTITION);
      assertThat(report.outcome()).isEqualTo(Outcome.COMPACTED);
      book.append(cache, "after", ", \"x.y\": 2");
    }
    book.requireIn(disk, root, "second pass");
    assertThat(book.unclear()).isZero();
  }

  @Test
  void rewriteThatOutlivesTheSnapshotItWasPlannedFromIsSwappedIn() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    Instant later = Instant.now().plus(Duration.ofMinutes(10));
    try (Cache cache = Cache.open(disk, root, () -> later, Appends.OPTIONS)) {
      watched.failWith(
          duringRewrite(
              () -> {
                for (int i = 0; i < 40; i++) {
                  book.append(cache, "m" + i);
                  cache.publish();
                }
              }));
      PartitionReport report = Passes.of(new Passes(watched, root).forced(), Appends.PARTITION);
      assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
      assertThat(report.reason()).contains("40 files with 80 rows");
      assertThat(report.rowsAfter()).isEqualTo(84);
      assertThat(report.rowsBefore()).isEqualTo(84);
    }
    book.requireIn(disk, root, "swapped");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedAtAnyStepOfAPassWithAppendsNothingIsLostAndItGoesOn(boolean power) throws Exception {
    new Passes(disk, root).forced();
    Path template = root;
    Appends known = book;
    for (long step = power ? STRIDE / 2 : 0; ; step += STRIDE) {
      copyOf(template, known, "step" + step);
      String when = (power ? "power lost" : "killed") + " after step " + step;
      RecordingDisk dying = new RecordingDisk();
      if (power) {
        dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + step)));
      }
      boolean killed = false;
      try (Cache cache = Appends.open(root)) {
        book.append(cache, "unpublished");
        dying.failWith(
            duringRewrite(
                () -> {
                  book.append(cache, "meanwhile");
                  book.append(cache, "and");
                  cache.publish();
                  book.append(cache, "more");
                }));
        dying.killAfter(step);
        try {
          new Passes(dying, root).forced();
        } catch (Killed e) {
          killed = true;
        }
        if (power) {
          dying.losePower();
        }
        book.requireIn(disk, root, when);
        book.append(cache, "same process");
      }
      try (Cache cache = Appends.open(root)) {
        book.append(cache, "other process");
        book.requireIn(disk, root, when + ", and two more");
        Passes passes = new Passes(disk, root);
        passes.advance(Duration.ofHours(1));
        PartitionReport second = Passes.of(passes.forced(), Appends.PARTITION);
        assertThat(second.outcome()).as(when + ": " + second).isEqualTo(Outcome.COMPACTED);
        book.requireIn(disk, root, when + ", and a pass");
        book.append(cache, "after the pass");
        if (step % (5 * STRIDE) != 0 && killed) {
          continue;
        }
        passes.advance(
            Duration.ofDays(2).plus(Duration.between(passes.now(), Instant.now()).abs()));
        passes.forced();
        book.append(cache, "after the next");
        passes.advance(Duration.ofDays(2));
        passes.forced();
        book.append(cache, "last");
        book.requireIn(disk, root, when + ", and two more passes");
        assertThat(book.unclear()).as(when).isZero();
      }
      Live live = Appends.live(disk, root);
      assertThat(live.others()).as(when).allMatch(other -> other.retired().isPresent());
      if (!killed) {
        System.out.println("pass with appends, power lost " + power + ": " + step + " steps");
        assertThat(step).isGreaterThan(40);
        return;
      }
    }
  }

  @Test
  void readersAmidAppendsPublishesAndPassesSeeWhatWasAcknowledgedAndNothingTwice()
      throws Exception {
    List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CountDownLatch passes = new CountDownLatch(1);
    acknowledged.addAll(Appends.keys(disk, root));
    Thread appender =
        new Thread(
            () -> {
              try (Cache cache = Appends.open(root)) {
                for (int i = 0; passes.getCount() > 0 && i < 5_000; i++) {
                  Appends.writer(cache).append(Appends.exchange("w" + i, 1));
                  acknowledged.add("w" + i + "/0");
                  if (i % 7 == 0) {
                    cache.publish();
                  }
                }
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    Thread maintenance =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 12; i++) {
                  new Passes(disk, root).forced();
                }
              } catch (Throwable e) {
                failure.set(e);
              } finally {
                passes.countDown();
              }
            });
    appender.start();
    maintenance.start();
    int scans = 0;
    boolean last;
    do {
      last = passes.getCount() == 0;
      List<String> before;
      synchronized (acknowledged) {
        before = List.copyOf(acknowledged);
      }
      List<String> found = Appends.keys(disk, root);
      assertThat(new HashSet<>(found)).as("nothing twice").hasSameSizeAs(found);
      assertThat(new HashSet<>(found)).as("scan %s", scans).containsAll(before);
      scans++;
    } while (!last);
    appender.join(20_000);
    assertThat(failure).hasNullValue();
    assertThat(Appends.keys(disk, root)).containsExactlyInAnyOrderElementsOf(acknowledged);
    System.out.println(
        scans + " scans amid " + acknowledged.size() + " appended rows and 12 passes");
  }

  @Test
  void landedFileThatIsTornStopsOnlyItsOwnPartition() throws Exception {
    try (Cache cache = Appends.open(root)) {
      for (int i = 0; i < 3; i++) {
        cache.writer("messages", "other").append(Appends.exchange("x" + i, 1));
      }
      book.append(cache, "torn");
      Generation generation = Appends.live(disk, root).generation();
      Path torn = generation.paths().data().resolve(generation.unpublished().get(0).format());
      byte[] whole = Files.readAllBytes(torn);
      Files.write(torn, java.util.Arrays.copyOf(whole, whole.length / 2));

      PassReport report = new Passes(disk, root).forced();

      assertThat(Passes.of(report, "datasets/messages/source=other").outcome())
          .isEqualTo(Outcome.COMPACTED);
      PartitionReport bad = Passes.of(report, Appends.PARTITION);
      assertThat(bad.outcome()).isNotEqualTo(Outcome.COMPACTED);
      assertThat(bad.reason()).contains(torn.getFileName().toString());
      Files.write(torn, whole);
      report = new Passes(disk, root).forced();
      assertThat(Passes.of(report, Appends.PARTITION).outcome()).isEqualTo(Outcome.COMPACTED);
    }
  }

  @Test
  void unfinishedAppendIsLitterThatGoesWithItsGeneration() throws Exception {
    RecordingDisk dying = new RecordingDisk();
    Cache dead = Appends.open(dying, root);
    book.append(dead, "three");
    dying.killAfter(3);
    try {
      Appends.writer(dead).append(Appends.exchange("dead", 1));
      throw new AssertionError("not killed");
    } catch (Killed e) {
      assertThat(temporaries()).isEqualTo(1);
    }
    Passes passes = new Passes(disk, root);
    passes.forced();
    passes.advance(Duration.ofDays(2).plus(Duration.between(passes.now(), Instant.now()).abs()));
    passes.forced();
    assertThat(temporaries()).isZero();
    book.requireIn(disk, root, "swept");
  }

  private long temporaries() throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.filter(p -> p.getFileName().toString().startsWith(".tmp-")).count();
    }
  }

  @Test
  @DamagesCaches
  void generationWithLandedFilesIsNeverTakenForAnOrphan() throws Exception {
    // A cursor of another generation, with one beside it that was created and never published.
    Path partition = root.resolve(Appends.PARTITION);
    new Passes(disk, root).forced();
    book.requireIn(disk, root, "compacted");
    new Passes(disk, root).forced();
    Path other = root.resolve("datasets/messages/source=other2");
    Appends.open(root).writer("messages", "other2").append(Appends.exchange("y", 1));
    Path stray = partition.resolve("table-9");
    try (Stream<Path> paths = Files.walk(other.resolve("table"))) {
      for (Path path : paths.toList()) {
        Files.copy(path, stray.resolve(other.resolve("table").relativize(path).toString()));
      }
    }
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(9).plus(Duration.between(passes.now(), Instant.now()).abs()));
    passes.forced();
    passes.advance(Duration.ofDays(9));
    passes.forced();
    assertThat(stray).as("it holds a landed file that nobody published").isDirectory();
    assertThat(stray.resolve("data")).isNotEmptyDirectory();
  }
}
