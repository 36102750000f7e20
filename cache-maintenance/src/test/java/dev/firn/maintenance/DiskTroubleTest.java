package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that refuses, somebody else who holds or changes, and what is left of the rows. */
@VerifiedAtTheEnd
class DiskTroubleTest {
  private static final String CLAUDE = "datasets/ai_gateway_messages/source=claude";

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  @Test
  void fullDiskFailsTheRewriteAndLeavesThePartitionAsItWas() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Map<String, String> before = Listing.of(root.resolve(CLAUDE + "/table"));
    disk.failWith(
        call -> {
          if (call.kind() == Kind.WRITE && call.path().toString().contains(".building-")) {
            throw new IOException("No space left on device");
          }
        });

    PassReport report = new Passes(disk, root).forced();

    assertThat(report.count(Outcome.FAILED)).isEqualTo(4);
    assertThat(report.diskRefused()).isTrue();
    assertThat(Passes.of(report, CLAUDE).reason()).contains("No space left on device");
    assertThat(Listing.of(root.resolve(CLAUDE + "/table"))).isEqualTo(before);
    assertThat(Listing.of(root))
        .noneSatisfy((path, what) -> assertThat(path).contains(".building"));
    disk.failWith(call -> {});
    assertThat(new Passes(disk, root).forced().count(Outcome.COMPACTED)).isEqualTo(4);
  }

  @Test
  void diskThatRefusesToPublishFailsThePartitionAndTheNextPassBringsItIn() throws Exception {
    Path root = directory.resolve("cache");
    try (Cache cache = Appends.open(root)) {
      new Appends().append(cache, "one");
      disk.failWith(
          call -> {
            if (call.kind() == Kind.WRITE && call.path().toString().contains("/table/metadata/")) {
              throw new FileSystemException(call.path() + "", null, "No space left on device");
            }
          });

      PassReport report = new Passes(disk, root).standard();

      assertThat(report.diskRefused()).isTrue();
      assertThat(Passes.of(report, Appends.PARTITION).outcome()).isEqualTo(Outcome.FAILED);
      assertThat(Passes.of(report, Appends.PARTITION).reason())
          .contains("landed files were published", "No space left on device")
          .doesNotContain("Exception");

      disk.failWith(call -> {});
      PassReport again = new Passes(disk, root).standard();

      assertThat(again.diskRefused()).isFalse();
      assertThat(Passes.of(again, Appends.PARTITION).outcome()).isEqualTo(Outcome.SKIPPED);
      assertThat(Appends.live(disk, root).generation().unpublished()).isEmpty();
    }
  }

  @Test
  void rewriteThatTheDiskCutShortIsRepeatedOnlyWithMoreRoom() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    disk.pretendFree(100_000_000);
    disk.failWith(
        call -> {
          if (call.kind() == Kind.WRITE && call.path().toString().contains(".building-")) {
            throw new IOException("No space left on device");
          }
        });
    Passes passes = new Passes(disk, root);
    assertThat(passes.standard().count(Outcome.FAILED)).isPositive();
    disk.failWith(
        call -> assertThat(call.path().toString()).doesNotContain(".building-")); // not tried

    PassReport again = passes.standard();

    assertThat(again.count(Outcome.COMPACTED)).isZero();
    assertThat(again.partitions())
        .anySatisfy(
            p -> assertThat(p.reason()).contains("No space left", "it was not tried again"));
    disk.failWith(call -> {});
    disk.pretendFree(200_000_000);
    assertThat(passes.standard().count(Outcome.COMPACTED)).isPositive();
  }

  @Test
  void rewriteThatMayOpenNoMoreFilesBlamesNoneAndIsTriedAgain() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    for (String where : List.of("/table/data/", ".building-")) {
      disk.failWith(
          call -> {
            boolean opens = call.kind() == Kind.OPEN || call.kind() == Kind.CREATE;
            if (opens && call.path().toString().contains(where)) {
              throw new FileSystemException(call.path() + "", null, "Too many open files");
            }
          });

      PassReport report = passes.standard();

      assertThat(report.count(Outcome.FAILED)).as(where).isPositive();
      assertThat(report.diskRefused()).as(where).isTrue();
      assertThat(report.damaged()).as(where).isEmpty();
      assertThat(report.partitions())
          .anySatisfy(p -> assertThat(p.reason()).contains("Too many open files"));
    }
    disk.failWith(call -> {});
    assertThat(passes.standard().count(Outcome.COMPACTED)).isPositive();
  }

  @Test
  void propertyThatIsSetDuringTheRewriteGivesTheSwapUp() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    once(
        call ->
            call.kind() == Kind.LOCK
                && call.path().endsWith(Path.of("source=claude", ".commit.lock")),
        () ->
            Generation.load(
                    new LocalDisk(),
                    root.resolve(CLAUDE + "/table"),
                    GenerationName.parse("table").orElseThrow())
                .table()
                .updateProperties()
                .set("owner", "somebody")
                .commit());

    requireGivenUp(root, "meanwhile its table properties have changed");
  }

  @Test
  void rewriteDoesNotStartWithLessThanTheFreeSpaceThatIsToBeKept() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);
    passes.configure(TestConfig.like(Passes.CONFIG).minFreeBytes(Long.MAX_VALUE / 2).build());

    PassReport report = passes.forced();

    assertThat(report.count(Outcome.FAILED)).isEqualTo(4);
    assertThat(report.diskRefused()).isTrue();
    assertThat(Passes.of(report, CLAUDE).reason()).contains("not enough space", "min_free_bytes");
  }

  @Test
  void partitionThatSomebodyElseMaintainsIsHeldAndItsOwnerNamed() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Passes passes = new Passes(disk, root);

    try (HeldLock lease =
        new PartitionLocks(disk, "firn daemon").takeLease(root.resolve(CLAUDE), passes.now())) {
      PassReport report = passes.forced();
      lease.requireValid();

      PartitionReport held = Passes.of(report, CLAUDE);
      assertThat(held.outcome()).isEqualTo(Outcome.HELD);
      assertThat(held.reason())
          .contains("pid " + ProcessHandle.current().pid(), "(firn daemon)", "since");
      assertThat(report.count(Outcome.COMPACTED)).isEqualTo(3);
    }
    assertThat(Passes.of(passes.forced(), CLAUDE).outcome()).isEqualTo(Outcome.COMPACTED);
  }

  @Test
  void cursorThatChangesDuringTheRewriteGivesTheSwapUp() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Path cursor = root.resolve(CLAUDE + "/cursor.json");
    Map<String, List<String>> rows = CacheRows.read(new RecordingDisk(), root);
    once(
        call ->
            call.kind() == Kind.LOCK
                && call.path().endsWith(Path.of("source=claude", ".commit.lock")),
        () -> Files.write(cursor, " ".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND));

    requireGivenUp(root, "was changed while the partition was rewritten");
    assertThat(CacheRows.read(new RecordingDisk(), root)).isEqualTo(rows);

    assertThat(Files.readString(cursor)).containsPattern("\"tableDir\" ?: \"table\"");
  }

  @Test
  @DamagesCaches
  void fileRemovedFromTheOldGenerationDuringTheRewriteGivesTheSwapUp() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", directory);
    Path metadata = root.resolve(CLAUDE + "/table/metadata");
    Path older = metadata.resolve("v40.metadata.json");
    assertThat(older).exists();
    once(
        call ->
            call.kind() == Kind.LOCK
                && call.path().endsWith(Path.of("source=claude", ".commit.lock")),
        () -> Files.copy(older, metadata.resolve("v42.metadata.json")));

    requireGivenUp(root, "was rewritten, but meanwhile it lost");
    assertThat(CacheRows.read(new RecordingDisk(), root).get(CLAUDE)).hasSizeLessThan(119);
  }

  private void requireGivenUp(Path root, String reason) throws IOException {
    PassReport report = new Passes(disk, root).forced();

    PartitionReport given = Passes.of(report, CLAUDE);
    assertThat(given.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(given.reason()).contains(reason);
    assertThat(report.count(Outcome.COMPACTED)).isEqualTo(3);
    assertThat(root.resolve(CLAUDE + "/table/.retired")).doesNotExist();
  }

  private interface Action {
    void run() throws IOException;
  }

  private void once(java.util.function.Predicate<Call> when, Action action) {
    boolean[] done = {false};
    disk.failWith(
        call -> {
          if (!done[0] && when.test(call)) {
            done[0] = true;
            action.run();
          }
        });
  }

  @Test
  void fileThatCannotBeLinkedIsCopied() throws Exception {
    Path root = FieldCaches.unpack("partitioned", directory);
    Map<String, List<String>> rows = CacheRows.read(disk, root);
    disk.failWith(
        call -> {
          if (call.kind() == Kind.LINK && call.path().toString().contains("appended-")) {
            throw new FileSystemException(call.path().toString(), null, "Operation not permitted");
          }
        });

    PassReport report = new Passes(disk, root).forced();

    assertThat(report.partitions()).anyMatch(p -> p.filesLinked() > 0);
    assertThat(report.count(Outcome.FAILED)).isZero();
    assertThat(CacheRows.read(disk, root)).isEqualTo(rows);
  }

  @Test
  void passOpensNothingOutsideTheCache() throws Exception {
    Path root = FieldCaches.unpack("with-deletes", directory);
    new Passes(disk, root).forced();

    Set<Path> outside =
        disk.calls().stream()
            .map(Call::path)
            .filter(path -> !path.startsWith(new CacheDirectory(disk, root).root()))
            .collect(Collectors.toSet());
    assertThat(outside).isEmpty();
  }
}
