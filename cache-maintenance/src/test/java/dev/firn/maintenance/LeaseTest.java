package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.status.StatusCollector;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who holds a partition's lease is not disturbed, by nobody and not by itself. */
@VerifiedAtTheEnd
class LeaseTest {
  @TempDir Path directory;
  private final LocalDisk disk = new LocalDisk();
  private final Appends book = new Appends();
  private Path root;

  @BeforeEach
  void make() throws IOException {
    root = directory.resolve("cache");
    try (Cache cache = Appends.open(root)) {
      book.append(cache, "one");
      book.append(cache, "two");
    }
  }

  /** On POSIX closing any descriptor of a lock file would drop the lock, silently. */
  @Test
  void whoeverLooksAtEverythingWhileItHoldsTheLeaseKeepsIt() throws Exception {
    Passes passes = new Passes(disk, root);
    Path partition = root.resolve(Appends.PARTITION);
    CacheDirectory cache = new CacheDirectory(disk, root);
    try (HeldLock lease = new PartitionLocks(disk, "test").takeLease(partition, Instant.EPOCH)) {
      new StatusCollector(disk, cache, Passes.CONFIG, passes::now).collect(List.of());
      Verifies.full(disk, root);
      CacheRows.read(disk, root);
      passes.dry();
      assertThat(Passes.of(passes.forced(), Appends.PARTITION).outcome()).isEqualTo(Outcome.HELD);
      try (Cache open = Appends.open(root)) {
        book.append(open, "while it is held");
      }
      lease.requireValid();

      PassProcess.Result other = PassProcess.run(root, "");

      assertThat(other.exitCode()).as(other.text()).isZero();
      assertThat(other.text())
          .contains("HELD", "pid " + ProcessHandle.current().pid(), "since 1970-01-01T00:00:00Z");
    }
    assertThat(PassProcess.run(root, "").text()).contains("COMPACTED 6 rows");
    book.requireIn(disk, root, "compacted");
  }

  /** Failure 4 of the program before: a compaction of more than an hour was swept while it ran. */
  @Test
  void rewriteThatTakesLongerThanTheOrphanGraceIsNotSweptMeanwhile() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    List<PartitionReport> sweeps = new ArrayList<>();
    watched.failWith(
        call -> {
          if (call.kind() == Kind.CREATE && call.path().toString().contains("/rewritten-")) {
            touchAll(root, Instant.parse("2026-11-01T00:00:00Z"));
            Passes sweeper = new Passes(disk, root);
            sweeper.advance(Duration.ofDays(3));
            PassReport report =
                sweeper.run(Passes.options(false, false, PassOptions.Steps.SWEEP_ONLY));
            sweeps.add(Passes.of(report, Appends.PARTITION));
            assertThat(report.removed()).isEmpty();
          }
        });

    PassReport report = new Passes(watched, root).forced();

    assertThat(sweeps)
        .singleElement()
        .satisfies(sweep -> assertThat(sweep.reason()).contains("not swept: held by pid"));
    assertThat(Passes.of(report, Appends.PARTITION).outcome()).isEqualTo(Outcome.COMPACTED);
    book.requireIn(disk, root, "compacted");
  }

  /** As if nothing had been written for long. */
  private static void touchAll(Path tree, Instant time) throws IOException {
    try (var paths = Files.walk(tree)) {
      for (Path path : paths.toList()) {
        Files.setLastModifiedTime(path, java.nio.file.attribute.FileTime.from(time));
      }
    }
  }
}
