package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers take no lock, wait for nobody, and see a state that existed, whatever happens beside. */
@VerifiedAtTheEnd
class ReadersTest {
  private static final Set<Kind> READS = EnumSet.of(Kind.READ, Kind.OPEN, Kind.LIST, Kind.STAT);

  /** With every operation it takes a minute. */
  private static final int STEP = Boolean.getBoolean("firn.soak") ? 1 : 3;

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private Path root;
  private Passes passes;
  private int exchanges;

  @BeforeEach
  void fill() throws Exception {
    root = directory.resolve("cache");
    passes = new Passes(disk, root);
    append(true);
    append(true);
    append(false);
  }

  private void append(boolean published) throws Exception {
    Cache cache = Appends.open(root); // what is not closed is not published
    Appends.writer(cache).append(Appends.exchange("e" + exchanges++, 2));
    if (published) {
      cache.close();
    }
  }

  private static List<String> keys(Disk disk, Generation generation) throws IOException {
    List<String> keys = new ArrayList<>();
    new RowReader(disk, generation)
        .forEach(
            generation.metadata().schema(),
            row -> {
              keys.add((String) row.getField("k"));
              return true;
            });
    Collections.sort(keys);
    return keys;
  }

  @Test
  void readersOpenAndListAndDoNothingElse() throws Exception {
    RecordingDisk recording = new RecordingDisk();

    assertThat(Appends.keys(recording, root)).hasSize(6);
    try (Cache cache = Appends.open(recording, root)) {
      List<String> found = new ArrayList<>();
      cache.scan(Appends.DATASET, (partition, row) -> found.add((String) row.getField("k")));
      assertThat(found).hasSize(6);
    }
    new StatusCollector(
            recording,
            new CacheDirectory(recording, root),
            Passes.CONFIG,
            InstantSource.fixed(passes.now()))
        .collect(List.of());

    assertThat(recording.calls()).extracting(Call::kind).isSubsetOf(READS).contains(Kind.READ);
    assertThat(recording.calls())
        .noneMatch(call -> call.path().toString().endsWith(".lock") && call.kind() != Kind.STAT);
  }

  @Test
  void readersWaitForNobodyWhoHoldsEveryLock() throws Exception {
    PartitionLocks locks = new PartitionLocks(disk, "for ever");
    Path partition = root.resolve(Appends.PARTITION);
    try (HeldLock lease = locks.takeLease(partition, passes.now());
        HeldLock commit = locks.takeCommitLock(partition);
        HeldLock creation = locks.takeCreationLock(root)) {
      assertThat(Appends.keys(disk, root)).hasSize(6);
      lease.requireValid();
      commit.requireValid();
      creation.requireValid();
    }
  }

  @Test
  void aReaderThatBeganBeforeASwapReadsOnForTheGraceAndIsToldAfterIt() throws Exception {
    Generation before = Appends.live(disk, root).generation();
    List<String> expected = Appends.keys(disk, root);
    List<String> seen = new ArrayList<>();

    new RowReader(disk, before)
        .forEach(
            before.metadata().schema(),
            row -> {
              if (seen.isEmpty()) {
                passes.forced();
              }
              seen.add((String) row.getField("k"));
              return true;
            });

    assertThat(Appends.live(disk, root).generation().name()).isNotEqualTo(before.name());
    assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
    passes.advance(Duration.ofHours(23));
    passes.standard();
    assertThat(keys(disk, before)).isEqualTo(expected);
    passes.advance(Duration.ofHours(1));
    passes.standard();
    assertThatThrownBy(() -> keys(disk, before))
        .isInstanceOf(GenerationRemoved.class)
        .hasMessageContaining(before.directory().toString())
        .hasMessageContaining("open the partition again");
    assertThat(Appends.keys(disk, root)).isEqualTo(expected);
  }

  /** Whoever reads between any two operations of an append, a publish and a pass. */
  @Test
  void atEveryOperationOfWritersAReaderSeesTheStateBeforeOrAfter() throws Exception {
    List<String> before = Appends.keys(disk, root);
    List<String> after = new ArrayList<>(before);
    after.addAll(List.of("new/0", "new/1"));
    Collections.sort(after);
    RecordingDisk watched = new RecordingDisk();
    List<List<String>> seen = new ArrayList<>();
    watched.failWith(
        call -> {
          if (call.changes() || call.kind() == Kind.SYNC_DIRECTORY) {
            seen.add(Appends.keys(disk, root));
          }
        });

    try (Cache cache = Appends.open(watched, root)) {
      Appends.writer(cache).append(Appends.exchange("new", 2));
      assertThat(seen.get(seen.size() - 1)).isIn(before, after);
    }
    new Passes(watched, root).forced();

    int swapped = seen.indexOf(after);
    assertThat(swapped).isPositive();
    assertThat(seen.subList(0, swapped)).containsOnly(before);
    assertThat(seen.subList(swapped, seen.size())).containsOnly(after);
    assertThat(Appends.keys(disk, root)).isEqualTo(after);
  }

  private int operationsOfARead() throws IOException {
    RecordingDisk reading = new RecordingDisk();
    Live live = (Live) new PartitionInspector(reading).inspect(Appends.partition(reading, root));
    keys(reading, live.generation());
    return reading.calls().size();
  }

  private interface Change {
    void run() throws Exception;
  }

  /** Makes a change at one operation after the other of a read, and reads the state around it. */
  private void changeUnderReaders(Change change, boolean removes) throws Exception {
    int removed = 0;
    int operations = operationsOfARead();
    // What is read grows with each change, and so would the operations.
    for (int at = 0; at < operations; at += STEP) {
      RecordingDisk reading = new RecordingDisk();
      List<String> before = Appends.keys(disk, root);
      int[] calls = {0};
      int when = at;
      reading.failWith(
          call -> {
            if (calls[0]++ == when) {
              try {
                change.run();
              } catch (IOException e) {
                throw e;
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            }
          });
      List<String> seen = List.of();
      try {
        PartitionState state =
            new PartitionInspector(reading).inspect(Appends.partition(reading, root));
        assertThat(state).as("at " + at).isInstanceOf(Live.class);
        seen = keys(reading, ((Live) state).generation());
      } catch (GenerationRemoved e) {
        removed++;
      }
      if (calls[0] <= at) {
        break; // a generation that was compacted is read in fewer
      }
      List<String> after = Appends.keys(disk, root);
      if (!seen.isEmpty()) {
        assertThat(seen).as("changed at operation " + at).isIn(before, after);
      }
    }
    assertThat(removed > 0).isEqualTo(removes);
  }

  @Test
  void anAppendAtAnyOperationOfAReadIsSeenWhollyOrNotAtAll() throws Exception {
    changeUnderReaders(() -> append(false), false);
  }

  @Test
  void aPublishAtAnyOperationOfAReadChangesNothingThatIsSeenTwiceOrNever() throws Exception {
    changeUnderReaders(() -> append(true), false);
  }

  @Test
  void aSwapAtAnyOperationOfAReadIsNoThirdState() throws Exception {
    changeUnderReaders(
        () -> {
          append(true);
          passes.forced();
        },
        false);
  }

  @Test
  void aSwapAndASweepAtAnyOperationOfAReadAreNoThirdStateOrTold() throws Exception {
    changeUnderReaders(
        () -> {
          append(true);
          passes.run(
              new PassOptions(List.of(), false, true, Steps.ALL, Optional.empty(), false, true));
        },
        true);
  }
}
