package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.LandedName;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exchange whose caller gave it an id goes in once, however often it comes. */
class RepeatedAppendTest {
  private final Disk disk = new LocalDisk();
  private InstantSource clock = InstantSource.system();
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void partition() throws Exception {
    root = Files.createDirectory(directory.resolve("cache"));
    try (Cache cache = open(disk)) {
      Appends.writer(cache).append(Appends.exchange("before", 1));
    }
  }

  @Test
  void repetitionIsAnsweredWithTheFirstReceipt() throws Exception {
    try (Cache cache = open(disk)) {
      Receipt first = append(cache, "a", "order 17");

      assertThat(append(cache, "a", "order 17")).isEqualTo(first);
      assertThat(append(cache, "b", "order 18")).isNotEqualTo(first);
      cache.publish();
      assertThat(append(cache, "a", "order 17")).isEqualTo(first);
      assertThat(first.where()).startsWith(Appends.PARTITION + "/table/data/").isNotEmpty();
      assertThat(root.resolve(first.where())).exists();
    }
    requireOnce("a", "b");
  }

  @Test
  void anotherProcessKnowsWhatLanded() throws Exception {
    Receipt first;
    try (Cache cache = open(disk)) {
      first = append(cache, "a", "order 17");
      try (Cache other = open(disk)) {
        assertThat(append(other, "a", "order 17")).isEqualTo(first);
        append(other, "b", "order 18");
      }
      append(cache, "b", "order 18");
    }
    try (Cache later = open(disk)) {
      assertThat(append(later, "a", "order 17")).isEqualTo(first);
    }
    requireOnce("a", "b");
  }

  @Test
  void whoMayOpenNoMoreFilesLandsNothingThatMayHaveLandedBefore() throws Exception {
    RecordingDisk troubled = new RecordingDisk();
    try (Cache cache = open(disk);
        Cache other = open(troubled)) {
      append(other, "warm", "warm");
      Receipt first = append(cache, "a", "order 17");
      troubled.failWith(
          call -> {
            if (call.kind() == Kind.OPEN && call.path().endsWith(root.resolve(first.where()))) {
              throw new FileSystemException(call.path().toString(), null, "Too many open files");
            }
          });
      assertThatThrownBy(() -> append(other, "a", "order 17"))
          .hasMessageContaining("Too many open files");
      troubled.failWith(call -> {});

      assertThat(append(other, "a", "order 17")).isEqualTo(first);
    }
    requireOnce("a", "warm");
  }

  @Test
  void whoComesWhileTheOtherLandsWaitsForItsReceipt() throws Exception {
    Queue<Receipt> receipts = new ConcurrentLinkedQueue<>();
    try (Cache cache = open(disk)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String id = "order " + i % 4;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    receipts.add(append(cache, id.replace(' ', '-'), id));
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(receipts).hasSize(16);
    assertThat(receipts.stream().distinct()).hasSize(4);
    requireOnce("order-0", "order-1", "order-2", "order-3");
  }

  @Test
  void whatLandedBetweenTheLookAndTheLockIsFoundUnderTheLock() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    boolean[] done = {false};
    try (Cache cache = open(watched);
        Cache other = open(disk)) {
      append(cache, "warm", "warm");
      watched.failWith(
          call -> {
            if (!done[0] && call.kind() == Kind.LOCK) {
              done[0] = true;
              try {
                append(other, "a", "order 17");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            }
          });
      append(cache, "a", "order 17");
    }
    assertThat(done[0]).isTrue();
    requireOnce("a", "warm");
  }

  @Test
  void heldExchangeIsKnownToo() throws Exception {
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.writeString(cursor, "");
    try (Cache cache = open(disk)) {
      Receipt held = append(cache, "a", "order 17");
      assertThat(held.held()).isTrue();
      assertThat(append(cache, "a", "order 17")).isEqualTo(held);
    }
    Files.write(cursor, whole);
    try (Cache cache = open(disk)) {
      assertThat(append(cache, "a", "order 17").held()).isFalse();
    }
    requireOnce("a");
  }

  @Test
  void afterTheWindowTheIdIsFreeAgain() throws Exception {
    try (Cache cache = open(disk)) {
      append(cache, "a", "daily");
      clock = () -> Instant.now().plus(Duration.ofHours(23));
    }
    try (Cache cache = open(disk)) {
      append(cache, "a", "daily");
    }
    requireOnce("a");
    clock = () -> Instant.now().plus(Duration.ofHours(25));
    try (Cache cache = open(disk)) {
      append(cache, "b", "daily");
    }
    requireOnce("a", "b");
  }

  @Test
  void aShorterWindowEndsEarlierInWhateverProcess() throws Exception {
    try (Cache cache = open(disk)) {
      append(cache, "long", "kept");
      append(cache, "a", "brief", Duration.ofMinutes(10));
      clock = () -> Instant.now().plus(Duration.ofMinutes(9));
      append(cache, "a", "brief", Duration.ofMinutes(10));
    }
    try (Cache cache = open(disk)) {
      append(cache, "a", "brief");
    }
    requireOnce("a", "long");
    clock = () -> Instant.now().plus(Duration.ofMinutes(11));
    try (Cache cache = open(disk)) {
      append(cache, "b", "brief", Duration.ofMinutes(10));
      append(cache, "long", "kept");
    }
    requireOnce("a", "b", "long");
  }

  @Test
  void idsWhoseWindowIsOverAreForgottenByTheWriterThatLandedThem() throws Exception {
    GivenIds ids = new GivenIds(disk, Appends.partition(disk, root), () -> clock.instant());
    Generation live = Appends.live(disk, root).generation();
    ids.complete(live, List.of(), 1);
    int most = 0;
    for (int i = 0; i < 10_000; i++) {
      Instant now = Instant.EPOCH.plusSeconds(i);
      clock = () -> now;
      GivenReceipt receipt =
          new GivenReceipt(ExchangeId.given("id" + i), 1, 0, "", now.toEpochMilli(), 60, 0);
      ids.landed(live, new LandedName(i + 1, LandedName.newWriter(true)), List.of(receipt));
      most = Math.max(most, ids.size());
      assertThat(ids.find(receipt.id())).isPresent();
    }
    assertThat(most).isLessThanOrEqualTo(1024);
  }

  @Test
  void anotherExchangeUnderTheIdIsRefusedAndTheFirstOneStays() throws Exception {
    try (Cache cache = open(disk)) {
      Receipt first = append(cache, "a", "order 17");
      requireRefused(cache, "b", "order 17", first.where());
      cache.publish();
      requireRefused(cache, "b", "order 17", first.where());
      assertThat(append(cache, "a", "order 17")).isEqualTo(first);
      append(cache, "b", "order 18");
      try (Cache other = open(disk)) {
        requireRefused(other, "c", "order 18", "/table/data/");
      }
    }
    requireOnce("a", "b");
    requireNone("c");
  }

  @Test
  void repetitionMayBeSpeltInAnotherWay() throws Exception {
    try (Cache cache = open(disk)) {
      Receipt first = append(cache, "a", "order 17");
      String text = Appends.exchange("a", 2);
      String other =
          text.replace("\"n\": 7, \"text\": \"hello\"", "\"text\":\"\\u0068ello\",\n\"n\":7.0");
      assertThat(other).isNotEqualTo(text);
      assertThat(Appends.writer(cache).append(parse(other), "order 17")).isEqualTo(first);
    }
    requireOnce("a");
  }

  @Test
  void ofThoseThatLandTogetherTheRefusedOneAndThoseBehindItStayOut() throws Exception {
    try (Cache cache = open(disk)) {
      CacheWriter writer = Appends.writer(cache);
      List<String> ids = List.of("one", "two", "three");
      Appended first = writer.append(List.of(rows("a"), rows("b")), ids.subList(0, 2));
      assertThat(first.receipts()).hasSize(2);

      Appended second = writer.append(List.of(rows("a"), rows("x"), rows("y")), ids);
      assertThat(second.receipts()).containsExactly(first.receipts().get(0));
      assertThat(second.failure()).isInstanceOf(ReusedIdException.class);

      Appended twice = writer.append(List.of(rows("d"), rows("e")), List.of("same", "same"));
      assertThat(twice.receipts()).hasSize(1);
      assertThat(twice.failure()).isInstanceOf(ReusedIdException.class);
    }
    requireOnce("a", "b", "d");
    requireNone("x", "y", "e");
  }

  @Test
  void whatCameUnderADigestOfItsOwnOrWithAnEarlierVersionIsNotCompared() throws Exception {
    try (Cache cache = open(disk)) {
      CacheWriter writer = Appends.writer(cache);
      Receipt first = writer.appendByContent(rows("a"), "digest", Duration.ofHours(1));
      assertThat(writer.appendByContent(rows("b"), "digest", Duration.ofHours(1))).isEqualTo(first);
      assertThat(append(cache, "b", "digest")).isEqualTo(first);
    }
    try (Cache other = open(disk)) {
      append(other, "b", "digest");
    }
    requireOnce("a");
    requireNone("b");
  }

  @Test
  void heldExchangeIsComparedToo() throws Exception {
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.writeString(cursor, "");
    try (Cache cache = open(disk)) {
      Receipt held = append(cache, "a", "order 17");
      requireRefused(cache, "b", "order 17", held.where());
    }
    Files.write(cursor, whole);
    try (Cache cache = open(disk)) {
      requireRefused(cache, "b", "order 17", "/table/data/");
      assertThat(append(cache, "a", "order 17").held()).isFalse();
    }
    requireOnce("a");
    requireNone("b");
  }

  /** Whoever is told "held" was not told that something else has landed under the id. */
  @Test
  void whatWasHeldGoesInThoughAnotherOneHasLandedUnderItsIdBefore() throws Exception {
    try (Cache cache = open(disk)) {
      append(cache, "a", "order 17");
    }
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.writeString(cursor, "");
    try (Cache cache = open(disk)) {
      assertThat(append(cache, "b", "order 17").held()).isTrue();
    }
    Files.write(cursor, whole);
    try (Cache cache = open(disk)) {
      assertThat(append(cache, "a", "order 17").held()).isFalse();
      append(cache, "c", "order 18");
    }
    requireOnce("a", "b", "c");
    assertThat(
            new HeldAppends(disk, new CacheDirectory(disk, root), clock)
                .count(Appends.partition(disk, root)))
        .isZero();
  }

  @Test
  void repetitionAfterAKillAtAnyStepGoesInOnce() throws Exception {
    int kills = 0;
    for (int step = 0; ; step++) {
      RecordingDisk mortal = new RecordingDisk();
      String id = "killed" + step;
      boolean killed = false;
      mortal.killAfter(step);
      try {
        append(open(mortal), id, id);
      } catch (Killed e) {
        killed = true;
      } catch (IOException e) {
        killed = e.getCause() instanceof Killed;
      }
      try (Cache cache = open(disk)) {
        append(cache, id, id);
        append(cache, id, id);
        requireRefused(cache, "other" + step, id, "/table/data/");
      }
      requireOnce(id);
      requireNone("other" + step);
      if (!killed) {
        break;
      }
      kills++;
    }
    System.out.println("repeated after a kill at each of " + kills + " steps");
    assertThat(kills).isGreaterThan(5);
  }

  private Cache open(Disk on) throws IOException {
    return Cache.open(on, root, () -> clock.instant(), Appends.OPTIONS);
  }

  private static Receipt append(Cache cache, String keys, String id) throws Exception {
    return append(cache, keys, id, ReceiptLedger.WINDOW);
  }

  private static Receipt append(Cache cache, String keys, String id, Duration window)
      throws Exception {
    return Appends.writer(cache).append(rows(keys), id, window);
  }

  private static JsonExchange rows(String keys) throws Exception {
    return parse(Appends.exchange(keys, 2));
  }

  private static JsonExchange parse(String json) throws Exception {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    return JsonExchange.parse(utf8, 0, utf8.length);
  }

  private static void requireRefused(Cache cache, String keys, String id, String where) {
    assertThatThrownBy(() -> append(cache, keys, id))
        .isInstanceOf(ReusedIdException.class)
        .hasMessageContaining(where);
  }

  private void requireNone(String... exchanges) throws IOException {
    for (String exchange : exchanges) {
      assertThat(Appends.keys(disk, root)).doesNotContain(exchange + "/0", exchange + "/1");
    }
  }

  private void requireOnce(String... exchanges) throws IOException {
    List<String> found = Appends.keys(disk, root);
    for (String exchange : exchanges) {
      assertThat(found).containsOnlyOnce(exchange + "/0", exchange + "/1");
    }
    assertThat(found).doesNotHaveDuplicates();
  }
}
