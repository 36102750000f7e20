package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.LandedFiles;
import dev.firn.core.layout.LandedName;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.util.ByteBuffers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers are never used twice, although nobody lists as long as it was the last to land. */
class LandingSequenceTest {
  private final Disk disk = new LocalDisk();
  private final Appends book = new Appends();
  @TempDir Path directory;
  private Path root;
  private Path owner;

  @BeforeEach
  void partition() throws Exception {
    root = Files.createDirectory(directory.resolve("cache"));
    owner = root.resolve(Appends.PARTITION).resolve(".commit.owner");
    try (Cache cache = Appends.open(root)) {
      book.append(cache, "before");
    }
  }

  @Test
  void whoWasTheLastToLandListsNothing() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    Cache cache = Appends.open(watched, root);
    book.append(cache, "first");
    append(cache, "keyed", "order 17");
    watched.forget();

    book.append(cache, "second");
    append(cache, "keyed again", "order 18");
    append(cache, "keyed again", "order 18");

    assertThat(watched.calls()).extracting(Call::kind).doesNotContain(Kind.LIST, Kind.RENAME);
    assertThat(numbers()).containsExactly(1L, 2L, 3L, 4L, 5L);
    cache.close();
  }

  @Test
  void publishOfWhatThisWriterLandedReadsNoDataFileAndDoesNotListThem() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    Cache cache = Appends.open(watched, root);
    for (int i = 0; i < 5; i++) {
      book.append(cache, "e" + i);
    }
    watched.forget();

    cache.publish();

    assertThat(watched.calls())
        .filteredOn(call -> call.path().toString().contains("/table/data"))
        .extracting(Call::kind)
        .containsOnly(Kind.STAT, Kind.SYNC_DIRECTORY);
    assertThat(Appends.live(disk, root).generation().unpublished()).isEmpty();
    book.requireIn(disk, root, "published");
    cache.close();
  }

  @Test
  void icebergIsToldTheSameFromMemoryAsFromTheFooter() throws Exception {
    String more = ", \"x\": 1.5, \"nothing\": null, \"flag\": true";
    Path copy = directory.resolve("copy");
    Cache cache = Appends.open(root);
    book.append(cache, "remembered", more);
    copy(root, copy);
    cache.close();
    try (Cache other = Appends.open(copy)) {
      other.writer(Appends.DATASET, Appends.SOURCE).append(Appends.exchange("makes it look", 1));
    }

    Map<String, String> remembered = told(root);
    assertThat(remembered).hasSize(2);
    assertThat(told(copy)).hasSize(3).containsAllEntriesOf(remembered);
  }

  private Map<String, String> told(Path cache) throws IOException {
    Generation generation = Appends.live(disk, cache).generation();
    assertThat(generation.unpublished()).isEmpty();
    Map<String, String> told = new TreeMap<>();
    List<String> all = generation.liveFiles().stream().map(t -> t.file().location()).toList();
    for (FileScanTask task : generation.liveFilesWithStatistics(java.util.Set.copyOf(all))) {
      DataFile file = task.file();
      String name = file.location().substring(file.location().lastIndexOf('/'));
      told.put(
          name,
          file.recordCount()
              + " "
              + file.fileSizeInBytes()
              + " "
              + new TreeMap<>(file.valueCounts())
              + new TreeMap<>(file.nullValueCounts())
              + bounds(file.lowerBounds())
              + bounds(file.upperBounds()));
    }
    return told;
  }

  private static Map<Integer, String> bounds(Map<Integer, ByteBuffer> bounds) {
    Map<Integer, String> texts = new TreeMap<>();
    bounds.forEach((id, value) -> texts.put(id, Arrays.toString(ByteBuffers.toByteArray(value))));
    return texts;
  }

  @Test
  void whatARepairMadeUnpublishedAgainIsPublishedWithWhatLandsLater() throws Exception {
    try (Cache cache = Appends.open(root)) {
      book.append(cache, "published by a version that is torn later");
      cache.publish();
      Generation torn = Appends.live(disk, root).generation();
      Files.delete(torn.paths().metadata().resolve(torn.metadataFile()));
      disk.delete(torn.paths().metadata().resolve("version-hint.text"));

      book.append(cache, "landed after the repair");
      cache.publish();

      assertThat(Appends.live(disk, root).generation().unpublished()).isEmpty();
      book.requireIn(disk, root, "published");
    }
  }

  @Test
  void writersThatTakeTurnsNeverTakeTheSameNumber() throws Exception {
    try (Cache one = Appends.open(root);
        Cache other = Appends.open(root)) {
      for (int i = 0; i < 12; i++) {
        book.append(i % 3 == 0 ? one : other, "turn " + i);
        if (i % 5 == 4) {
          one.publish();
        }
      }
      assertThat(numbers()).doesNotHaveDuplicates().hasSize(13);
      other.publish();
      book.requireIn(disk, root, "published by the other");
    }
    book.requireIn(disk, root, "closed");
  }

  @Test
  void anotherWriterMayLandAndPublishAtAnyCallOfAnAppend() throws Exception {
    for (int at = 0; ; at++) {
      String when = "at call " + at;
      RecordingDisk watched = new RecordingDisk();
      Cache other = Appends.open(root);
      Cache cache = Appends.open(watched, root);
      book.append(other, "other warm " + at);
      book.append(cache, "warm " + at);
      Appends added = new Appends();
      List<Thread> others = new ArrayList<>();
      int[] calls = {0};
      int wanted = at;
      watched.failWith(
          call -> {
            if (calls[0]++ == wanted) {
              Thread thread =
                  new Thread(
                      () -> {
                        added.append(other, "meanwhile " + wanted);
                        publish(other);
                      });
              others.add(thread);
              thread.start();
              awaitEndOrWait(thread);
            }
          });
      book.append(cache, "met " + at);
      watched.failWith(call -> {});
      for (Thread thread : others) {
        thread.join();
      }
      book.add(added);
      cache.publish();
      book.append(cache, "after " + at);

      assertThat(numbers()).as(when).doesNotHaveDuplicates();
      book.requireIn(disk, root, when);
      cache.close();
      other.close();
      if (others.isEmpty()) {
        assertThat(book.unclear()).isZero();
        assertThat(at).isGreaterThan(8);
        return;
      }
    }
  }

  private static void publish(Cache cache) {
    try {
      cache.publish();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** It waits for a lock that the append holds which it meets. */
  private static void awaitEndOrWait(Thread thread) {
    while (thread.isAlive()
        && thread.getState() != Thread.State.TIMED_WAITING
        && thread.getState() != Thread.State.BLOCKED) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void writerKilledAtAnyStepLeavesNoNumberToBeTakenTwice() throws Exception {
    try (Cache cache = Appends.open(root)) {
      boolean killed = true;
      for (int step = 0; killed; step++) {
        book.append(cache, "mine before " + step);
        RecordingDisk mortal = new RecordingDisk();
        mortal.killAfter(step);
        killed = false;
        try {
          book.append(Appends.open(mortal, root), "killed " + step);
        } catch (Killed e) {
          killed = true;
        }
        book.append(cache, "mine after " + step);
        if (step % 2 == 1) {
          cache.publish();
        }
        assertThat(numbers()).as("step " + step).doesNotHaveDuplicates();
        book.requireIn(disk, root, "step " + step);
      }
    }
    book.requireIn(disk, root, "closed");
  }

  @Test
  void markThatIsGoneOrTornOrOldCostsAListing() throws Exception {
    try (Cache cache = Appends.open(root)) {
      book.append(cache, "mine");
      final byte[] mark = Files.readAllBytes(owner);
      Files.delete(owner);
      book.append(cache, "mine again");
      assertThat(Files.readAllBytes(owner)).isEqualTo(mark);
      Files.write(owner, new byte[0]);
      book.append(cache, "and again");
      try (Cache other = Appends.open(root)) {
        book.append(other, "another's");
        book.append(cache, "mine after another's");
        book.append(other, "another's again");
      }
      assertThat(Files.readAllBytes(owner)).isNotEqualTo(mark);
      book.append(cache, "last");
      assertThat(numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }
    book.requireIn(disk, root, "closed");
  }

  @Test
  void givenIdsOfAnotherWriterAreKnownAlsoAfterAnAppendWithoutAnId() throws Exception {
    try (Cache cache = Appends.open(root);
        Cache other = Appends.open(root)) {
      append(cache, "a", "order 17");
      Receipt first = append(other, "b", "order 18");
      book.append(cache, "without an id");

      assertThat(append(cache, "b", "order 18")).isEqualTo(first);
    }
    assertThat(Appends.keys(disk, root)).containsOnlyOnce("b/0");
  }

  @Test
  void fileThatSomebodyRemovedBeforeItWasPublishedIsNotPublished() throws Exception {
    try (Cache cache = Appends.open(root)) {
      book.append(cache, "stays");
      Receipt gone = append(cache, "goes", "order 17");
      Files.delete(root.resolve(gone.where()));
      cache.publish();
      book.append(cache, "next");
    }
    assertThat(told(root)).hasSize(3);
    book.requireIn(disk, root, "closed");
  }

  @Test
  void whatIsTooMuchToBeRememberedIsPublishedFromFooters() throws Exception {
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      columns.append(", \"c").append(i).append("\": ").append(i);
    }
    try (Cache cache = Appends.open(root)) {
      for (int i = 0; i < 150; i++) {
        book.append(cache, "wide " + i, columns.toString());
      }
    }
    assertThat(told(root)).hasSize(151);
    book.requireIn(disk, root, "closed");
  }

  private List<Long> numbers() throws IOException {
    return LandedFiles.list(disk, Appends.live(disk, root).generation().paths()).stream()
        .map(LandedName::number)
        .toList();
  }

  private static Receipt append(Cache cache, String keys, String id) throws Exception {
    byte[] json = Appends.exchange(keys, 2).getBytes(StandardCharsets.UTF_8);
    return Appends.writer(cache).append(JsonExchange.parse(json, 0, json.length), id);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
