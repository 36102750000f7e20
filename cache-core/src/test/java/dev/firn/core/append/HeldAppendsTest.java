package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.LandedName;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges for a partition in doubt are kept, and go in once when it is mended. */
class HeldAppendsTest {
  @TempDir Path root;
  private final Disk disk = new LocalDisk();
  private Path partition;
  private byte[] cursor;

  @BeforeEach
  void partitionInDoubt() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append("{\"k\": \"one/0\", \"n\": 1}");
    }
    partition = root.resolve(Appends.PARTITION);
    cursor = Files.readAllBytes(partition.resolve("cursor.json"));
    Files.writeString(partition.resolve("cursor.json"), "");
  }

  private void mend() throws IOException {
    Files.write(partition.resolve("cursor.json"), cursor);
  }

  private void hold(String... ids) throws Exception {
    try (Cache cache = Appends.open(root)) {
      for (String id : ids) {
        assertThat(Appends.writer(cache).append(Appends.exchange(id, 1)).held()).isTrue();
      }
    }
  }

  private int held() throws IOException {
    return new HeldAppends(disk, new CacheDirectory(disk, root), InstantSource.system())
        .count(Appends.partition(disk, root));
  }

  @Test
  void heldExchangeTouchesNothingInThePartitionAndGoesInWithTheNextAppend() throws Exception {
    Map<String, String> before = Listing.of(partition);
    hold("a", "b", "c");
    assertThat(Listing.of(partition)).isEqualTo(before);
    assertThat(held()).isEqualTo(3);
    mend();
    try (Cache cache = Appends.open(root)) {
      assertThat(Appends.writer(cache).append(Appends.exchange("next", 1)).held()).isFalse();
    }
    assertThat(held()).isZero();
    assertThat(Appends.keys(disk, root)).containsExactly("a/0", "b/0", "c/0", "next/0", "one/0");
  }

  @Test
  void writerThatHeldGoesOnByItselfWhenThePartitionIsMended() throws Exception {
    try (Cache cache = Appends.open(root)) {
      assertThat(Appends.writer(cache).append(Appends.exchange("a", 1)).held()).isTrue();
      mend();
      assertThat(Appends.writer(cache).append(Appends.exchange("b", 1)).held()).isFalse();
    }
    assertThat(held()).isZero();
    assertThat(Appends.keys(disk, root)).containsExactly("a/0", "b/0", "one/0");
  }

  @Test
  void heldExchangesThatGrowTheSchemaGoInOnce() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append("{\"k\": \"a/0\", \"x\": 1}");
      Appends.writer(cache).append("{\"k\": \"b/0\", \"x\": 3000000000, \"y\": true}");
      Appends.writer(cache).append("{\"k\": \"c/0\", \"z\": \"text\"}");
    }
    mend();
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append("{\"k\": \"next/0\", \"n\": 3000000000}");
    }
    assertThat(held()).isZero();
    assertThat(Appends.keys(disk, root)).containsExactly("a/0", "b/0", "c/0", "next/0", "one/0");
  }

  @Test
  void heldValuesAreKeptExactly() throws Exception {
    String row =
        "{\"k\": \"exact/0\", \"big\": 12345678901234567890123, \"precise\":"
            + " 0.12345678901234567890123, \"nested\": {\"d\": 1.10}}";
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(row);
    }
    mend();
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(row.replace("exact", "straight"));
    }
    List<String> rows = CacheRows.read(disk, root).get(Appends.PARTITION);
    assertThat(rows).hasSize(3);
    String exact = rows.stream().filter(r -> r.contains("exact/0")).findFirst().orElseThrow();
    assertThat(rows).contains(exact.replace("exact", "straight"));
  }

  @Test
  void heldExchangeOfTwentyFiveMegabytesGoesIn() throws Exception {
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append("{\"k\": \"big/0\", \"v\": \"" + "x".repeat(25_000_000) + "\"}");
    }
    mend();
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("next", 1));
    }
    assertThat(held()).isZero();
    assertThat(Appends.keys(disk, root)).containsExactly("big/0", "next/0", "one/0");
  }

  @Test
  void heldFileThatIsDamagedStaysAndStopsNeitherAppendsNorTheOthers() throws Exception {
    hold("a", "b");
    try (Stream<Path> files = Files.list(root.resolve("held").resolve(Appends.PARTITION))) {
      Path first = files.filter(f -> f.toString().endsWith(".json")).sorted().findFirst().get();
      Files.writeString(first, "{\"id\": \"x\", \"rows\": [");
    }
    mend();
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("next", 1));
    }
    assertThat(held()).isEqualTo(1);
    assertThat(Appends.keys(disk, root)).hasSize(3).contains("next/0", "one/0");
  }

  /** The name that a landing was promised must not be given to another exchange. */
  @Test
  void heldExchangeWhoseLinkFailedIsNotTakenForTheOneThatLandedNext() throws Exception {
    hold("a");
    mend();
    RecordingDisk refusing = new RecordingDisk();
    refusing.failWith(
        call -> {
          if (call.kind() == Kind.LINK && call.path().toString().endsWith(".parquet")) {
            throw new IOException("No space left on device");
          }
        });
    Cache cache = Appends.open(refusing, root);
    assertThatThrownBy(() -> Appends.writer(cache).append(Appends.exchange("refused", 1)))
        .isInstanceOf(IOException.class);
    refusing.failWith(call -> {});
    Appends.writer(cache).append(Appends.exchange("next", 1));
    try (Cache later = Appends.open(root)) {
      Appends.writer(later).append(Appends.exchange("last", 1));
    }
    assertThat(Appends.keys(disk, root)).containsExactly("a/0", "last/0", "next/0", "one/0");
    assertThat(held()).isZero();
  }

  @Test
  void partitionThatComesIntoDoubtAgainDuringRecoveryHoldsNothingTwice() throws Exception {
    hold("a", "b");
    mend();
    for (int at = 1; at < 6; at++) {
      RecordingDisk spoiling = new RecordingDisk();
      int[] locks = {0};
      int wanted = at;
      spoiling.failWith(
          call -> {
            if (call.kind() == Kind.LOCK
                && call.path().endsWith(".commit.lock")
                && ++locks[0] == wanted) {
              Files.writeString(partition.resolve("cursor.json"), "");
            }
          });
      try (Cache cache = Appends.open(spoiling, root)) {
        Appends.writer(cache).append(Appends.exchange("during" + at, 1));
      }
      mend();
    }
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("last", 1));
    }
    assertThat(Appends.keys(disk, root))
        .containsExactly(
            "a/0",
            "b/0",
            "during1/0",
            "during2/0",
            "during3/0",
            "during4/0",
            "during5/0",
            "last/0",
            "one/0");
    assertThat(held()).isZero();
  }

  @Test
  void twoProcessesThatRecoverAtTheSameTimeLandEachHeldExchangeOnce() throws Exception {
    for (Kind kind : List.of(Kind.CREATE, Kind.LINK)) {
      Files.writeString(partition.resolve("cursor.json"), "");
      hold("a" + kind, "b" + kind);
      mend();
      RecordingDisk paused = new RecordingDisk();
      ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
      Thread other =
          new Thread(
              () -> {
                try (Cache cache = Appends.open(root)) {
                  Appends.writer(cache).append(Appends.exchange("other" + kind, 1));
                } catch (Throwable e) {
                  failures.add(e);
                }
              });
      AtomicBoolean first = new AtomicBoolean(true);
      paused.failWith(
          call -> {
            if (call.kind() == kind
                && call.path().toString().endsWith(".parquet")
                    != call.path().toString().contains(".tmp-")
                && call.path().toString().contains("/data/")
                && first.getAndSet(false)) {
              other.start();
              awaitWaitingOrEnd(other);
            }
          });
      try (Cache cache = Appends.open(paused, root)) {
        Appends.writer(cache).append(Appends.exchange("own" + kind, 1));
      }
      assertThat(first).as("%s", kind).isFalse();
      other.join(120_000);
      assertThat(failures).isEmpty();
      assertThat(held()).isZero();
    }
    assertThat(Appends.keys(disk, root))
        .containsExactly(
            "aCREATE/0",
            "aLINK/0",
            "bCREATE/0",
            "bLINK/0",
            "one/0",
            "otherCREATE/0",
            "otherLINK/0",
            "ownCREATE/0",
            "ownLINK/0");
  }

  private static void awaitWaitingOrEnd(Thread thread) {
    for (int i = 0; i < 10_000; i++) {
      Thread.State state = thread.getState();
      if (state == Thread.State.TIMED_WAITING || state == Thread.State.TERMINATED) {
        return;
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private HeldAppends.Instant instant(Disk seen) throws IOException {
    Path copy = root.resolve("copy");
    HeldAppends.Instant instant =
        new HeldAppends(seen, new CacheDirectory(seen, root), InstantSource.system())
            .inspect(Appends.partition(seen, root), disk, () -> copy);
    assertThat(copy).as("a copy has no name").doesNotExist();
    return instant;
  }

  private static List<String> keys(HeldAppends.Instant instant) throws IOException {
    List<String> keys = new ArrayList<>();
    instant.held().forEach((row, bytes) -> keys.add(row.get("k").asText()));
    return keys;
  }

  @Test
  void whatIsHeldAtAnInstantIsReadAfterItHasLanded() throws Exception {
    hold("a", "b");
    mend();
    try (HeldAppends.Instant instant = instant(disk)) {
      try (Cache cache = Appends.open(root)) {
        Appends.writer(cache).append(Appends.exchange("next", 1));
      }
      assertThat(held()).isZero();
      assertThat(keys(instant)).containsExactly("a/0", "b/0");
      assertThat(keys(instant)).as("again").containsExactly("a/0", "b/0");
      assertThat(((PartitionState.Live) instant.state()).generation().unpublished()).isEmpty();
    }
    try (HeldAppends.Instant instant = instant(disk)) {
      assertThat(instant.held().isEmpty()).isTrue();
    }
  }

  @Test
  void whatLandsWhileAnInstantIsTakenIsHeldOrLiveAndNotBoth() throws Exception {
    hold("a");
    mend();
    Path heldDirectory = root.resolve("held").resolve(Appends.PARTITION);
    Path data = partition.resolve("table/data");
    String landed = disk.list(data).size() + 1 + "-0123456789abcdef.parquet";
    String original =
        disk.list(heldDirectory).stream()
            .filter(n -> n.endsWith(".json"))
            .findFirst()
            .orElseThrow();
    Files.move(
        heldDirectory.resolve(original),
        heldDirectory.resolve(original + ".landing-table-" + landed));
    RecordingDisk watched = new RecordingDisk();
    AtomicBoolean linked = new AtomicBoolean();
    watched.failWith(
        call -> {
          if (call.kind() == Kind.LIST && call.path().equals(data) && !linked.getAndSet(true)) {
            try (Stream<Path> files = Files.list(data)) { // as its landing would, just now
              Files.copy(files.findFirst().orElseThrow(), data.resolve(landed));
            }
          }
        });

    try (HeldAppends.Instant instant = instant(watched)) {
      assertThat(linked).isTrue();
      assertThat(((PartitionState.Live) instant.state()).generation().unpublished())
          .extracting(LandedName::format)
          .contains(landed);
      assertThat(keys(instant)).isEmpty();
    }
  }
}
