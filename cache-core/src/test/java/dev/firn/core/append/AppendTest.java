package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.rows.OnMismatch;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.core.testing.WaitingThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appending through the public API: rows exact, costs counted, batches, readers. */
class AppendTest {
  @TempDir Path root;
  private final Disk disk = new LocalDisk();

  @Test
  void whatIsAppendedIsReadByEveryProcessAtOnce() throws Exception {
    Appends book = new Appends();
    try (Cache cache = Appends.open(root.resolve("new/cache"))) {
      Path here = root.resolve("new/cache");
      Receipt receipt = Appends.writer(cache).append("{\"k\": \"solo/0\", \"n\": 1}");
      assertThat(receipt.partition()).isEqualTo(Appends.PARTITION);
      assertThat(receipt.rows()).isEqualTo(1);
      assertThat(receipt.held()).isFalse();
      assertThat(here.resolve(receipt.where())).isRegularFile();
      assertThat(Appends.keys(disk, here)).containsExactly("solo/0");

      book.append(cache, "a");
      try (Cache other = Appends.open(here)) {
        List<Object> scanned = new ArrayList<>();
        other.scan(Appends.DATASET, (partition, row) -> scanned.add(row.getField("k")));
        assertThat(scanned).containsExactly("solo/0", "a/0", "a/1");
        book.append(other, "b");
        book.append(cache, "c");
        other.publish();
        assertThat(Appends.live(disk, here).generation().unpublished()).isEmpty();
        book.append(other, "grown", ", \"x.y\": \"2026-01-01T00:00:00Z\", \"n\": 5000000000");
        book.append(cache, "d", ", \"other\": [1, {\"deep\": true}]");
        cache.publish();
      }
      assertThat(Appends.keys(disk, here)).hasSize(11);
    }
    Path here = root.resolve("new/cache");
    assertThat(book.unclear()).isZero();
    assertThat(Appends.keys(disk, here)).hasSize(11).doesNotHaveDuplicates();
    Generation generation = Appends.live(disk, here).generation();
    assertThat(generation.unpublished()).isEmpty();
    assertThat(generation.metadata().schema().columns())
        .extracting(c -> c.name() + " " + c.type())
        .containsExactly(
            "k string",
            "n long",
            "text string",
            "x.y timestamptz",
            "_rescued string", // "n" comes twice in what has grown
            "other string");
    assertThat(CacheRows.read(disk, here).get(Appends.PARTITION))
        .anyMatch(row -> row.contains("grown/0") && row.contains("\"n\":\"#5000000000\""));
  }

  @Test
  void appendAloneCostsTwoSyncsAndWritesNoMetadata() throws Exception {
    RecordingDisk counted = new RecordingDisk();
    Cache cache = Appends.open(counted, root);
    CacheWriter writer = Appends.writer(cache);
    for (int i = 0; i < 49; i++) {
      writer.append(Appends.exchange("e" + i, 5));
    }
    counted.forget();
    writer.append(Appends.exchange("e50", 5));
    List<Call> calls = counted.calls();
    assertThat(calls).filteredOn(c -> c.kind() == Kind.SYNC).hasSize(1);
    assertThat(calls)
        .filteredOn(c -> c.kind() == Kind.SYNC_DIRECTORY)
        .extracting(c -> c.path().getFileName().toString())
        .containsExactly("data");
    assertThat(calls)
        .filteredOn(Call::changes)
        .extracting(Call::kind)
        .doesNotContain(Kind.RENAME, Kind.CREATE_DIRECTORY)
        .containsOnlyOnce(Kind.CREATE, Kind.LINK, Kind.DELETE);
    assertThat(calls)
        .filteredOn(c -> c.changes() || c.kind() == Kind.READ)
        .noneMatch(c -> c.path().toString().contains("/metadata/"));
    // The link is made under the lock, the syncs are not.
    List<Kind> order =
        calls.stream().map(Call::kind).filter(k -> k != Kind.WRITE && k != Kind.STAT).toList();
    assertThat(order.indexOf(Kind.SYNC)).isLessThan(order.indexOf(Kind.LOCK));
    assertThat(order.indexOf(Kind.LOCK)).isLessThan(order.indexOf(Kind.LINK));
    assertThat(order.indexOf(Kind.LINK)).isLessThan(order.indexOf(Kind.SYNC_DIRECTORY));
    cache.close();
  }

  @Test
  void namesWithDotsAndOtherStrangeNamesBecomeColumnsLater() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append("{\"k\": \"a/0\"}");
      Appends.writer(cache)
          .append("{\"k\": \"b/0\", \"http.status\": 200, \"http\": {\"status\": 1}, \"\": 1}");
      Appends.writer(cache)
          .append("{\"k\": \"c/0\", \"http.status\": 3000000000, \"ü \\\"x\\\"\": 1.5}");
      cache.publish();
    }
    assertThat(CacheRows.read(disk, root).get(Appends.PARTITION))
        .anyMatch(r -> r.contains("\"http.status\":\"#3000000000\""))
        .anyMatch(r -> r.contains("\"http.status\":\"#200\""))
        .hasSize(3);
  }

  @Test
  void exchangesThatWaitAreLandedInOneFile() throws Exception {
    int threads = 12;
    RecordingDisk slow = new RecordingDisk();
    try (Cache cache = Appends.open(slow, root)) {
      CacheWriter writer = Appends.writer(cache);
      writer.append(Appends.exchange("zero", 1));
      List<Thread> appenders = new ArrayList<>();
      Map<String, Receipt> receipts = Collections.synchronizedMap(new java.util.TreeMap<>());
      for (int i = 0; i < threads; i++) {
        String id = "t" + i;
        int rows = 1 + i % 3;
        appenders.add(
            new Thread(
                () -> {
                  try {
                    receipts.put(id, writer.append(Appends.exchange(id, rows)));
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }));
      }
      AtomicBoolean first = new AtomicBoolean(true);
      slow.failWith(
          call -> {
            if (call.kind() == Kind.SYNC_DIRECTORY && first.getAndSet(false)) {
              appenders.subList(1, threads).forEach(Thread::start);
              WaitingThreads.await(appenders.subList(1, threads));
            }
          });
      appenders.get(0).start();
      for (Thread appender : appenders) {
        appender.join(120_000);
      }
      assertThat(receipts).hasSize(threads);
      Set<String> files = new HashSet<>();
      Set<String> ids = new HashSet<>();
      for (int i = 0; i < threads; i++) {
        Receipt receipt = receipts.get("t" + i);
        assertThat(receipt.rows()).isEqualTo(1 + i % 3);
        files.add(receipt.where());
        ids.add(receipt.exchangeId());
      }
      assertThat(files).hasSize(2);
      assertThat(ids).hasSize(threads);
      assertThat(Appends.live(disk, root).generation().unpublished()).hasSize(3);
      assertThat(Appends.keys(disk, root)).hasSize(25).doesNotHaveDuplicates();
    }
  }

  @Test
  void exchangeThatIsRejectedDoesNotFailThoseInTheSameBatch() throws Exception {
    int threads = 9;
    RecordingDisk slow = new RecordingDisk();
    AppendOptions rejecting =
        new AppendOptions(
            Map.of(Appends.DATASET, OnMismatch.REJECT),
            SnapshotPolicy.defaults(),
            Duration.ZERO,
            "test");
    try (Cache cache = Cache.open(slow, root, InstantSource.system(), rejecting)) {
      CacheWriter writer = Appends.writer(cache);
      writer.append("{\"k\": \"zero/0\", \"n\": 1}");
      ConcurrentLinkedQueue<String> rejected = new ConcurrentLinkedQueue<>();
      ConcurrentLinkedQueue<String> landed = new ConcurrentLinkedQueue<>();
      List<Thread> appenders = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        String key = "t" + i + "/0";
        // Every third does not fit; two bring the same new column with types that do not agree.
        String n = i % 3 == 1 ? "\"many\"" : Integer.toString(i);
        String fresh = i == 5 ? ", \"fresh\": 1" : i == 6 ? ", \"fresh\": \"text\"" : "";
        appenders.add(
            new Thread(
                () -> {
                  try {
                    writer.append("{\"k\": \"" + key + "\", \"n\": " + n + fresh + "}");
                    landed.add(key);
                  } catch (MismatchException e) {
                    rejected.add(key);
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }));
      }
      AtomicBoolean first = new AtomicBoolean(true);
      slow.failWith(
          call -> {
            if (call.kind() == Kind.SYNC_DIRECTORY && first.getAndSet(false)) {
              appenders.subList(1, threads).forEach(Thread::start);
              WaitingThreads.await(appenders.subList(1, threads));
            }
          });
      appenders.get(0).start();
      for (Thread appender : appenders) {
        appender.join(120_000);
      }
      assertThat(rejected).contains("t1/0", "t4/0", "t7/0").hasSizeBetween(3, 4);
      assertThat(rejected.size() + landed.size()).isEqualTo(threads);
      List<String> expected = new ArrayList<>(landed);
      expected.add("zero/0");
      assertThat(Appends.keys(disk, root)).containsExactlyInAnyOrderElementsOf(expected);
      // Rejecting means that nothing is put elsewhere.
      assertThat(CacheRows.read(disk, root).get(Appends.PARTITION))
          .noneMatch(row -> row.contains("_rescued"));
    }
  }

  @Test
  void interruptOfTheThreadThatLandsFailsNobodyElse() throws Exception {
    RecordingDisk slow = new RecordingDisk();
    try (Cache cache = Appends.open(slow, root)) {
      CacheWriter writer = Appends.writer(cache);
      writer.append(Appends.exchange("zero", 1));
      ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
      List<Thread> appenders = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        String id = "t" + i;
        appenders.add(
            new Thread(
                () -> {
                  try {
                    writer.append(Appends.exchange(id, 1));
                  } catch (Exception e) {
                    failed.add(id + "/0");
                  }
                }));
      }
      AtomicInteger landings = new AtomicInteger();
      slow.failWith(
          call -> {
            if (call.kind() == Kind.SYNC_DIRECTORY && landings.get() == 1) {
              landings.incrementAndGet();
              appenders.subList(1, 5).forEach(Thread::start);
              WaitingThreads.await(appenders.subList(1, 5));
            } else if (call.kind() == Kind.CREATE && landings.incrementAndGet() == 3) {
              Thread.currentThread().interrupt();
            }
          });
      appenders.get(0).start();
      for (Thread appender : appenders) {
        appender.join(120_000);
      }
      assertThat(failed).hasSize(1);
      assertThat(Appends.keys(disk, root))
          .hasSize(5)
          .contains("zero/0", "t0/0")
          .doesNotContainAnyElementsOf(failed);
    }
  }

  @Test
  void readersSeeEverythingAcknowledgedBeforeTheyBeganAndNothingTwice() throws Exception {
    List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    CountDownLatch done = new CountDownLatch(3);
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("zero", 1));
      acknowledged.add("zero/0");
      for (int t = 0; t < 2; t++) {
        int thread = t;
        start(
            failures,
            done,
            () -> {
              for (int i = 0; i < 40; i++) {
                String id = "w" + thread + "-" + i;
                Appends.writer(cache).append(Appends.exchange(id, 2));
                acknowledged.addAll(Appends.keys(id, 2));
              }
            });
      }
      start(
          failures,
          done,
          () -> {
            while (done.getCount() > 1) {
              cache.publish();
            }
          });
      int scans = 0;
      boolean last;
      do {
        last = done.getCount() == 0;
        List<String> before;
        synchronized (acknowledged) {
          before = List.copyOf(acknowledged);
        }
        List<String> found = Appends.keys(disk, root);
        assertThat(new HashSet<>(found)).as("no row twice").hasSameSizeAs(found);
        assertThat(new HashSet<>(found)).containsAll(before);
        requireWholeExchanges(found);
        scans++;
      } while (!last);
      assertThat(failures).isEmpty();
      assertThat(Appends.keys(disk, root)).hasSize(161);
      System.out.println(scans + " scans while 80 exchanges were appended and published");
    }
  }

  private static void requireWholeExchanges(List<String> keys) {
    Set<String> set = new HashSet<>(keys);
    for (String key : keys) {
      if (key.endsWith("/1")) {
        assertThat(set).contains(key.substring(0, key.length() - 1) + "0");
      } else if (key.startsWith("w")) {
        assertThat(set).contains(key.substring(0, key.length() - 1) + "1");
      }
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void start(
      ConcurrentLinkedQueue<Throwable> failures, CountDownLatch done, Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (Throwable e) {
                failures.add(e);
              } finally {
                done.countDown();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Test
  void whatLandsAfterAnotherEngineRemovedPublishedFilesIsStillRead() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 1));
      try (Cache other = Appends.open(root)) {
        Appends.writer(other).append(Appends.exchange("b", 1));
        Appends.writer(other).append(Appends.exchange("c", 1));
      }
      // Another engine deletes these rows, and later collects the files.
      Generation generation = Appends.live(disk, root).generation();
      Transaction transaction = generation.table().newTransaction();
      var delete = transaction.newDelete();
      List<Path> files = new ArrayList<>();
      for (var task : generation.liveFiles()) {
        DataFile file = task.file();
        delete.deleteFile(file);
        files.add(generation.io().resolve(file.location()));
      }
      delete.commit();
      transaction.commitTransaction();
      for (Path file : files) {
        Files.delete(file);
      }
      Appends.writer(cache).append(Appends.exchange("d", 1));
      assertThat(Appends.keys(disk, root)).containsExactly("d/0");
      cache.publish();
      assertThat(Appends.keys(disk, root)).containsExactly("d/0");
    }
  }

  @Test
  void gapInTheNumbersOfPublishedFilesHidesNothingFromAReaderWhileFilesLand() throws Exception {
    try (Cache cache = Appends.open(root)) {
      for (String id : List.of("a", "b", "c")) {
        Appends.writer(cache).append(Appends.exchange(id, 1));
      }
      cache.publish();
      Generation generation = Appends.live(disk, root).generation();
      var delete = generation.table().newDelete();
      DataFile middle = generation.liveFiles().get(1).file();
      String gone =
          generation.liveFiles().stream()
              .map(t -> t.file())
              .filter(f -> f.location().contains("/2-"))
              .peek(delete::deleteFile)
              .map(DataFile::location)
              .findFirst()
              .orElse(middle.location());
      delete.commit();
      Files.delete(generation.io().resolve(gone));
      Appends.writer(cache).append(Appends.exchange("d", 1));

      RecordingDisk busy = new RecordingDisk();
      int[] more = {0};
      busy.failWith(
          call -> {
            if (call.kind() == Kind.LIST && call.path().endsWith("data")) {
              try {
                Appends.writer(cache).append(Appends.exchange("more" + more[0]++, 1));
              } catch (dev.firn.core.rows.NotAnExchangeException e) {
                throw new AssertionError(e);
              }
            }
          });
      assertThat(Appends.keys(busy, root)).contains("a/0", "c/0", "d/0").doesNotHaveDuplicates();
      assertThat(more[0]).isGreaterThan(5);
    }
  }

  @Test
  void exchangeIsNotHeldWhenAnotherProcessFinishesTheCreationMeanwhile() throws Exception {
    for (long step = 0; ; step++) {
      Path here = root.resolve("r" + step);
      RecordingDisk dying = new RecordingDisk();
      dying.killAfter(step);
      try {
        Appends.writer(Appends.open(dying, here)).append(Appends.exchange("dead", 1));
        assertThat(step).isGreaterThan(10);
        return;
      } catch (Killed e) {
        if (!Files.exists(here.resolve(Appends.PARTITION).resolve("table"))
            || Files.exists(here.resolve(Appends.PARTITION).resolve("cursor.json"))) {
          continue;
        }
      }
      for (int call = 1; call <= 3; call++) {
        Path copy = root.resolve("r" + step + "-" + call);
        copyTree(here, copy);
        RecordingDisk late = new RecordingDisk();
        int at = call;
        int[] lists = {0};
        late.failWith(
            c -> {
              if (c.kind() == Kind.LIST && c.path().endsWith("source=claude") && ++lists[0] == at) {
                try (Cache quick = Appends.open(copy)) {
                  assertThat(Appends.writer(quick).append(Appends.exchange("quick", 1)).held())
                      .isFalse();
                } catch (dev.firn.core.rows.NotAnExchangeException e) {
                  throw new AssertionError(e);
                }
              }
            });
        Receipt receipt =
            Appends.writer(Appends.open(late, copy)).append(Appends.exchange("late", 1));
        assertThat(receipt.held()).as("step %s, list %s", step, call).isFalse();
        assertThat(Appends.keys(disk, copy)).contains("late/0").doesNotHaveDuplicates();
      }
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void publishPublishesThoughSomebodyTouchesTheCursorMeanwhile() throws Exception {
    RecordingDisk touched = new RecordingDisk();
    try (Cache cache = Appends.open(touched, root)) {
      Appends.writer(cache).append(Appends.exchange("a", 1));
      AtomicBoolean first = new AtomicBoolean(true);
      Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
      touched.failWith(
          call -> {
            if (call.kind() == Kind.LOCK && first.getAndSet(false)) {
              String text = Files.readString(cursor);
              Files.writeString(cursor, text.replace("\"rowCount\" : 0", "\"rowCount\" : 5"));
            }
          });
      cache.publish();
      assertThat(first).isFalse();
      assertThat(Appends.live(disk, root).generation().unpublished()).isEmpty();
    }
  }

  @Test
  void snapshotsOlderThanTheLongestAgeGoEvenAmongTheNewest() throws Exception {
    Instant start = Instant.now();
    Instant[] now = {start};
    AppendOptions options =
        new AppendOptions(
            Map.of(), new SnapshotPolicy(10, Duration.ofHours(2)), Duration.ZERO, "test");
    try (Cache cache = Cache.open(disk, root, () -> now[0], options)) {
      for (int i = 0; i < 4; i++) {
        Appends.writer(cache).append(Appends.exchange("e" + i, 1));
        cache.publish();
      }
      assertThat(Appends.live(disk, root).generation().metadata().snapshots()).hasSize(4);
      now[0] = start.plus(Duration.ofHours(3));
      Appends.writer(cache).append(Appends.exchange("late", 1));
      cache.publish();
      assertThat(Appends.live(disk, root).generation().metadata().snapshots()).hasSize(1);
      assertThat(Appends.keys(disk, root)).hasSize(5);
    }
  }

  @Test
  void whatAConsumerThrowsIsNoDamageOfTheCache() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 1));
      for (int round = 0; round < 2; round++) {
        assertThatThrownBy(
                () ->
                    cache.scan(
                        Appends.DATASET,
                        (partition, row) -> {
                          throw new IllegalStateException("mine");
                        }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("mine");
        cache.publish();
      }
    }
  }

  @Test
  void newPartitionSaysOfItselfThatItWasCreatedEmpty() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 1));
      cache.publish();
    }
    Live live = Appends.live(disk, root);
    assertThat(live.generation().metadata().properties())
        .containsKey(GenerationBuilder.CREATED)
        .containsEntry(Generation.PUBLISHED, "1");
    Path partition = root.resolve(Appends.PARTITION);
    assertThat(partition.resolve("table/metadata/version-hint.text")).hasContent("2");
    assertThat(partition.resolve("cursor.json"))
        .content()
        .contains("\"layout\" : \"source-table\"", "\"tableDir\" : \"table\"", "\"rowCount\" : 0");
  }
}
