package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.append.Appends;
import dev.firn.core.append.Publisher;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DataFileRows;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.select.Extent;
import dev.firn.maintenance.select.RowSelection;
import dev.firn.maintenance.select.RowSelector;
import dev.firn.maintenance.swap.PartitionCompactor;
import dev.firn.maintenance.swap.PartitionCompactor.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are left out of a generation are counted under one reason each, and no other goes. */
@VerifiedAtTheEnd
class DroppedRowsTest {
  private final Disk disk = new LocalDisk();
  @TempDir Path root;

  @Test
  void rowsOfOneFileAreLeftOutAndTheOtherFilesAreLinked() throws Exception {
    append("a", "b", "c");

    Result result = compact(some(DropReason.EXPIRED, "a/0"));

    assertThat(result.swapped()).isTrue();
    assertThat(result.dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 1));
    assertThat(result.filesRewritten()).isEqualTo(1);
    assertThat(result.carried()).hasSize(2);
    assertThat(keys()).containsExactly("a/1", "b/0", "b/1", "c/0", "c/1");
    assertThat(proof().rowsIn()).isEqualTo(6);
    assertThat(proof().rowsOut()).isEqualTo(5);
    assertThat(proof().dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 1));
  }

  @Test
  void aFileThatGoesWholeIsNotReadAndNotLinked() throws Exception {
    append("a", "b");

    Result result = compact(whole(DropReason.EXPIRED, "a"));

    assertThat(result.dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 2));
    assertThat(result.filesRewritten()).isZero();
    assertThat(result.bytesWritten()).isZero();
    assertThat(keys()).containsExactly("b/0", "b/1");
  }

  @Test
  void aGenerationWithoutAnyFileIsOneLikeAnyOther() throws Exception {
    append("a", "b");

    Result result = compact(whole(DropReason.EXPIRED, "a", "b"));

    assertThat(result.rowsOut()).isZero();
    assertThat(result.dataFiles()).isZero();
    assertThat(keys()).isEmpty();
    append("c");
    assertThat(keys()).containsExactly("c/0", "c/1");
    assertThat(compact(whole(DropReason.EXPIRED, "c")).dropped().total()).isEqualTo(2);
    assertThat(keys()).isEmpty();
  }

  @Test
  void allRowsOfAFileThatWasReadLeaveNoFileBehind() throws Exception {
    append("a", "b");

    Result result = compact(some(DropReason.PURGED, "a/0", "a/1"));

    assertThat(result.dataFiles()).isEqualTo(1);
    assertThat(keys()).containsExactly("b/0", "b/1");
  }

  @Test
  void aRowWithSeveralReasonsCountsUnderTheFirstInTheOrderOfReasons() throws Exception {
    append("a", "b");

    Result result =
        compact(
            some(DropReason.DUPLICATE, "a/0", "a/1", "b/1"),
            some(DropReason.EXPIRED, "a/1"),
            some(DropReason.PURGED, "a/0"));

    assertThat(result.dropped())
        .isEqualTo(
            new DroppedRows(
                Map.of(DropReason.PURGED, 1L, DropReason.EXPIRED, 1L, DropReason.DUPLICATE, 1L)));
    assertThat(keys()).containsExactly("b/0");
  }

  @Test
  void laterReasonsSeeWhatEarlierOnesLeave() throws Exception {
    append("a");
    List<BitSet> seen = new ArrayList<>();
    RowSelection watching =
        new Chosen(DropReason.EXPIRED, Set.of(), Set.of("a/1")) {
          @Override
          public List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) throws IOException {
            gone.forEach(rows -> seen.add((BitSet) rows.clone()));
            return super.rows(files, gone);
          }
        };

    compact(watching, some(DropReason.PURGED, "a/0"));

    assertThat(seen).containsExactly(bits(0));
  }

  @Test
  void whatIsFilteredInVainIsCarriedOver() throws Exception {
    append("a", "b");
    String before = live().generation().name().format();

    Result result =
        compact(
            new Chosen(DropReason.EXPIRED, Set.of(), Set.of()) {
              @Override
              public Extent extent(FileScanTask file) {
                return Extent.SOME;
              }
            });

    assertThat(result.swapped()).isFalse();
    assertThat(live().generation().name().format()).isEqualTo(before);
    assertThat(keys()).hasSize(4);
  }

  @Test
  void whatIsFilteredInVainIsCarriedOverBesideWhatIsNot() throws Exception {
    append("a", "b");

    Result result =
        compact(
            new Chosen(DropReason.EXPIRED, Set.of(), Set.of("a/0")) {
              @Override
              public Extent extent(FileScanTask file) {
                return Extent.SOME;
              }
            });

    assertThat(result.filesRewritten()).isEqualTo(1);
    assertThat(result.carried()).hasSize(1);
    assertThat(keys()).containsExactly("a/1", "b/0", "b/1");
  }

  @Test
  void whatIsAppendedMeanwhileStays() throws Exception {
    append("a", "b");
    RowSelection appending =
        new Chosen(DropReason.EXPIRED, Set.of(), Set.of("a/0")) {
          @Override
          public List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) throws IOException {
            append("late");
            return super.rows(files, gone);
          }
        };

    Result result = compact(appending);

    assertThat(result.filesCaughtUp()).isEqualTo(1);
    assertThat(keys()).containsExactly("a/1", "b/0", "b/1", "late/0", "late/1");
    assertThat(proof().rowsIn()).isEqualTo(6);
    assertThat(proof().rowsOut()).isEqualTo(5);
  }

  @Test
  void aRowBeyondTheEndOfItsFileIsNotDropped() throws Exception {
    append("a");
    RowSelection wrong =
        new Chosen(DropReason.EXPIRED, Set.of(), Set.of("a/0")) {
          @Override
          public List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) {
            return List.of(bits(2));
          }
        };

    assertThatThrownBy(() -> compact(wrong)).isInstanceOf(AssertionError.class);
    assertThat(keys()).hasSize(2);
  }

  private Result compact(RowSelection... selections) throws IOException {
    List<RowSelector> selectors =
        Arrays.stream(selections)
            .<RowSelector>map(selection -> (live, files) -> Optional.of(selection))
            .toList();
    PartitionAssessor assessor =
        new PartitionAssessor(
            disk,
            Passes.CONFIG,
            PassMemory.load(disk, new CacheDirectory(disk, root)),
            PassOptions.standard(),
            selectors,
            live -> Optional.empty());
    PartitionLocks locks = new PartitionLocks(disk, "test");
    Publisher publisher = new Publisher(disk, () -> Passes.START, SnapshotPolicy.defaults());
    try (HeldLock lease =
        locks.takeLease(Appends.partition(disk, root).directory(), Passes.START)) {
      Assessment assessment = assessor.assess(Appends.partition(disk, root));
      assertThat(assessment.isDue()).as(assessment.reason()).isTrue();
      Result result =
          new PartitionCompactor(disk, Passes.CONFIG, () -> Passes.START, locks, publisher)
              .compact(
                  Objects.requireNonNull(assessment.live()),
                  Objects.requireNonNull(assessment.rewrite()),
                  Objects.requireNonNull(assessment.content()),
                  bytes -> {});
      lease.requireValid();
      return result;
    }
  }

  /** Each exchange is a file of two rows. */
  private void append(String... ids) throws IOException {
    Appends book = new Appends();
    try (Cache cache = Appends.open(root)) {
      for (String id : ids) {
        book.append(cache, id);
      }
    }
    assertThat(book.acknowledged()).isEqualTo(ids.length);
  }

  private List<String> keys() throws IOException {
    return Appends.keys(disk, root);
  }

  private Live live() {
    return Appends.live(disk, root);
  }

  private GenerationProof proof() {
    return live().generation().proof().orElseThrow();
  }

  private static BitSet bits(int... rows) {
    BitSet bits = new BitSet();
    Arrays.stream(rows).forEach(bits::set);
    return bits;
  }

  private RowSelection some(DropReason reason, String... keys) {
    return new Chosen(reason, Set.of(), Set.of(keys));
  }

  private RowSelection whole(DropReason reason, String... ids) {
    return new Chosen(reason, Set.of(ids), Set.of());
  }

  /** Chooses files by the id of their exchange, and rows by their key. */
  private class Chosen implements RowSelection {
    private final DropReason reason;
    private final Set<String> ids;
    private final Set<String> keys;

    Chosen(DropReason reason, Set<String> ids, Set<String> keys) {
      this.reason = reason;
      this.ids = new HashSet<>(ids);
      this.keys = new HashSet<>(keys);
    }

    @Override
    public DropReason reason() {
      return reason;
    }

    @Override
    public Extent extent(FileScanTask file) {
      if (!matches(file, key -> ids.contains(key.substring(0, key.indexOf('/')))).isEmpty()) {
        return Extent.ALL;
      }
      return matches(file, keys::contains).isEmpty() ? Extent.NONE : Extent.SOME;
    }

    @Override
    public List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) throws IOException {
      return files.stream().map(file -> matches(file, keys::contains)).toList();
    }

    private BitSet matches(FileScanTask file, Predicate<String> wanted) {
      BitSet rows = new BitSet();
      try {
        Schema key = new Schema(live().generation().metadata().schema().findField("k"));
        new DataFileRows(disk, live().generation())
            .forEach(
                file,
                key,
                (position, row) -> {
                  rows.set((int) position, wanted.test(row.get(0, String.class)));
                  return true;
                });
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return rows;
    }
  }
}
