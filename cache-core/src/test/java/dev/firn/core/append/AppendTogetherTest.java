package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.OnMismatch;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges that one caller appends together share files and syncs, and nothing else. */
class AppendTogetherTest {
  private static final AppendOptions REJECTING =
      new AppendOptions(
          Map.of(Appends.DATASET, OnMismatch.REJECT),
          SnapshotPolicy.defaults(),
          Duration.ZERO,
          "test");

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();

  private static JsonExchange exchange(String json) {
    try {
      byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
      return JsonExchange.parse(utf8, 0, utf8.length);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<JsonExchange> exchanges(String... json) {
    return java.util.Arrays.stream(json).map(AppendTogetherTest::exchange).toList();
  }

  private static Set<String> files(Appended appended) {
    return appended.receipts().stream().map(Receipt::where).collect(Collectors.toSet());
  }

  @Test
  void exchangesOfOneCallShareAFileAndTwoSyncsAndKeepTheirOrder() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    try (Cache cache = Appends.open(watched, directory)) {
      CacheWriter writer = Appends.writer(cache);
      writer.append(Appends.exchange("zero", 1));
      int before = watched.calls().size();
      Appended appended =
          writer.append(
              IntStream.range(0, 20)
                  .mapToObj(i -> exchange(Appends.exchange("e%02d".formatted(i), 1 + i % 3)))
                  .toList());

      List<Call> calls = watched.calls().subList(before, watched.calls().size());
      assertThat(appended.failure()).isNull();
      assertThat(appended.receipts()).hasSize(20);
      assertThat(appended.receipts().get(7).rows()).isEqualTo(2);
      assertThat(files(appended)).hasSize(1);
      assertThat(appended.receipts().stream().map(Receipt::exchangeId).distinct()).hasSize(20);
      assertThat(calls.stream().filter(AppendTogetherTest::isSync)).hasSize(2);
      assertThat(calls.stream().filter(call -> call.kind() == Kind.LINK)).hasSize(1);
    }
    assertThat(CacheRows.read(disk, directory).get(Appends.PARTITION)).hasSize(40);
    assertThat(Appends.keys(disk, directory)).hasSize(40).doesNotHaveDuplicates();
  }

  private static boolean isSync(Call call) {
    return call.kind() == Kind.SYNC || call.kind() == Kind.SYNC_DIRECTORY;
  }

  /** Of which two fit into a file. */
  private static List<JsonExchange> large(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> exchange(Appends.exchange("e" + i, 4_000)))
        .toList();
  }

  @Test
  void whatIsTooMuchForOneFileGoesIntoSeveralInItsOrder() throws Exception {
    try (Cache cache = Appends.open(directory)) {
      CacheWriter writer = Appends.writer(cache);
      Appended appended = writer.append(large(5));

      assertThat(appended.failure()).isNull();
      assertThat(appended.receipts().stream().map(Receipt::where).distinct()).hasSize(3);
      assertThat(appended.receipts().get(0).where()).isEqualTo(appended.receipts().get(1).where());
      assertThat(appended.receipts().get(3).where())
          .isGreaterThan(appended.receipts().get(1).where())
          .isLessThan(appended.receipts().get(4).where());
    }
    assertThat(Appends.keys(disk, directory)).hasSize(20_000).doesNotHaveDuplicates();
  }

  @Test
  void whatIsRejectedKeepsThoseBehindItOutAndNoneBeforeIt() throws Exception {
    try (Cache cache = Cache.open(disk, directory, InstantSource.system(), REJECTING)) {
      CacheWriter writer = Appends.writer(cache);
      writer.append("{\"k\": \"zero\", \"n\": 1}");
      Appended appended =
          writer.append(
              exchanges(
                  "{\"k\": \"one\", \"n\": 1}",
                  "{\"k\": \"two\", \"n\": 2}",
                  "{\"k\": \"three\", \"n\": \"many\"}",
                  "{\"k\": \"four\", \"n\": 4}"));

      assertThat(appended.receipts()).hasSize(2);
      assertThat(appended.failure())
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("n");
      assertThat(writer.append(exchanges("{\"k\": \"five\", \"n\": 5}")).receipts()).hasSize(1);
    }
    assertThat(Appends.keys(disk, directory)).containsExactly("five", "one", "two", "zero");
  }

  @Test
  void whereMisfitsAreRejectedEachIsJudgedByTheColumnsThatThoseBeforeItMade() throws Exception {
    try (Cache cache = Cache.open(disk, directory, InstantSource.system(), REJECTING)) {
      CacheWriter writer = Appends.writer(cache);
      Appended appended =
          writer.append(
              exchanges(
                  "{\"k\": \"one\"}",
                  "{\"k\": \"two\", \"fresh\": 1}",
                  "{\"k\": \"three\", \"fresh\": 3}",
                  "{\"k\": \"four\", \"fresh\": \"text\"}",
                  "{\"k\": \"five\", \"fresh\": 5}"));

      assertThat(appended.receipts()).hasSize(3);
      assertThat(appended.failure()).isInstanceOf(MismatchException.class);
    }
    assertThat(Appends.keys(disk, directory)).containsExactly("one", "three", "two");
    assertThat(hasRescueColumn()).isFalse();
  }

  @Test
  void whereMisfitsAreRejectedALaterExchangeDoesNotChooseTheTypeOfANewColumn() throws Exception {
    try (Cache cache = Cache.open(disk, directory, InstantSource.system(), REJECTING)) {
      CacheWriter writer = Appends.writer(cache);
      for (String column : List.of("n", "fresh")) {
        Appended appended =
            writer.append(
                exchanges(
                    "{\"k\": \"one " + column + "\", \"" + column + "\": 1}",
                    "{\"k\": \"two " + column + "\", \"" + column + "\": 1.5}"));

        assertThat(appended.receipts()).as(column).hasSize(1);
        assertThat(appended.failure()).as(column).isInstanceOf(MismatchException.class);
      }
    }
    assertThat(Appends.keys(disk, directory)).containsExactly("one fresh", "one n");
    assertThat(hasRescueColumn()).isFalse();
  }

  private boolean hasRescueColumn() {
    return Appends.live(disk, directory).generation().metadata().schema().findField("_rescued")
        != null;
  }

  /** Appends on a disk that refuses every call of one kind meanwhile. */
  private Appended appendWhereFails(Kind kind, List<JsonExchange> exchanges) throws Exception {
    RecordingDisk failing = new RecordingDisk();
    try (Cache cache = Appends.open(failing, directory)) {
      CacheWriter writer = Appends.writer(cache);
      writer.append(Appends.exchange("zero", 1));
      failing.failWith(
          call -> {
            if (call.kind() == kind) {
              throw new IOException("No space left on device");
            }
          });
      Appended appended = writer.append(exchanges);
      failing.failWith(call -> {});
      return appended;
    }
  }

  @Test
  void whatFailsBeforeItsLinkLeavesNothingOfItsFile() throws Exception {
    Appended appended =
        appendWhereFails(Kind.LINK, exchanges("{\"k\": \"one\"}", "{\"k\": \"two\"}"));

    assertThat(appended.receipts()).isEmpty();
    assertThat(appended.failure()).hasMessageContaining("No space left");
    assertThat(Appends.keys(disk, directory)).containsExactly("zero/0");
  }

  @Test
  void idsAreAsManyAsExchangesOrNone() throws Exception {
    try (Cache cache = Appends.open(directory)) {
      CacheWriter writer = Appends.writer(cache);
      assertThatThrownBy(() -> writer.append(exchanges("{\"k\": \"a\"}"), List.of("x", "y")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2 ids for 1");
      assertThatThrownBy(() -> writer.append(exchanges("{\"k\": \"a\"}"), List.of("")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(writer.append(List.of())).isEqualTo(new Appended(List.of(), null));
    }
  }

  @Test
  void repeatedUnderItsIdsItGoesInOnceWhateverHadLanded() throws Exception {
    try (Cache cache = Appends.open(directory)) {
      CacheWriter writer = Appends.writer(cache);
      Receipt first = writer.append(exchange("{\"k\": \"one\"}"), "id1");
      List<JsonExchange> all =
          exchanges("{\"k\": \"one\"}", "{\"k\": \"two\"}", "{\"k\": \"three\"}");
      Appended appended = writer.append(all, List.of("id1", "id2", "id3"));

      assertThat(appended.failure()).isNull();
      assertThat(appended.receipts().get(0)).isEqualTo(first);
      assertThat(appended.receipts().get(1).where())
          .isEqualTo(appended.receipts().get(2).where())
          .isNotEqualTo(first.where());
      try (Cache other = Appends.open(directory)) {
        assertThat(Appends.writer(other).append(all, List.of("id1", "id2", "id3")))
            .isEqualTo(appended);
      }
      // One id twice in a call is one exchange.
      Appended twice =
          writer.append(exchanges("{\"k\": \"4\"}", "{\"k\": \"4\"}"), List.of("4", "4"));
      assertThat(twice.receipts()).hasSize(2);
      assertThat(twice.receipts().get(0)).isEqualTo(twice.receipts().get(1));
    }
    assertThat(Appends.keys(disk, directory)).containsExactly("4", "one", "three", "two");
  }

  @Test
  void cutAtAnyStepAndRepeatedItGoesInOnce() throws Exception {
    List<String> ids = List.of("a", "b", "c", "d");
    List<JsonExchange> exchanges =
        exchanges(
            "{\"k\": \"a\"}",
            "{\"k\": \"b\"}",
            "{\"k\": \"c\", \"new\": 1.5}",
            "[{\"k\": \"d\"}, {\"k\": \"e\"}]");
    int cuts = 0;
    for (boolean power : new boolean[] {false, true}) {
      boolean cut = true;
      int stride = Boolean.getBoolean("firn.soak") ? 1 : power ? 4 : 3;
      for (int step = 0; cut; step += stride) {
        String when = (power ? "power cut" : "killed") + " after step " + step;
        Path root = directory.resolve(when.replace(' ', '-'));
        try (Cache cache = Appends.open(root)) {
          Appends.writer(cache).append("{\"k\": \"zero\"}");
        }
        RecordingDisk mortal = new RecordingDisk();
        if (power) {
          mortal.rememberForPowerLoss(Files.createDirectories(directory.resolve("side" + step)));
        }
        mortal.killAfter(step);
        List<String> acknowledged = new ArrayList<>();
        try {
          Appended appended = Appends.writer(Appends.open(mortal, root)).append(exchanges, ids);
          cut = appended.failure() != null;
          if (!cut) {
            acknowledged.addAll(List.of("a", "b", "c", "d", "e"));
          }
        } catch (Killed e) {
          cut = true;
        }
        if (power) {
          mortal.losePower(PowerLoss.WORST);
        }
        // Of what was not acknowledged each exchange is there whole or not at all.
        List<String> found = new ArrayList<>(Appends.keys(disk, root));
        assertThat(found)
            .as(when)
            .doesNotHaveDuplicates()
            .contains("zero")
            .containsAll(acknowledged);
        assertThat(found.contains("d")).as(when).isEqualTo(found.contains("e"));
        try (Cache cache = Appends.open(root)) {
          Appended again = Appends.writer(cache).append(exchanges, ids);
          assertThat(again.failure()).as(when).isNull();
          assertThat(again.receipts()).as(when).hasSize(4);
        }
        assertThat(Appends.keys(disk, root))
            .as(when)
            .containsExactly("a", "b", "c", "d", "e", "zero");
        cuts += cut ? 1 : 0;
      }
    }
    System.out.println("appended together and cut at " + cuts + " steps");
    assertThat(cuts).isGreaterThan(10);
  }

  @Test
  void afterAnUnknownOutcomeThoseBehindItAreNotAcknowledgedEither() throws Exception {
    Appended appended = appendWhereFails(Kind.SYNC_DIRECTORY, large(3));

    assertThat(appended.receipts()).isEmpty();
    assertThat(appended.failure()).isInstanceOf(CommitStateUnknown.class);
    // The third did not fit into the file of the first two, and was not tried.
    assertThat(Appends.keys(disk, directory)).noneMatch(key -> key.startsWith("e2/"));
  }
}
