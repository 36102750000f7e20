package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk is full at byte n, for n raised until everything fits: each time all is as before or as
 * after, and goes on as soon as there is room. A disk that is full to the last byte can be swept.
 */
class FullDiskLadderTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final Appends known = new Appends();
  private Path template;

  @BeforeEach
  void make() throws IOException {
    template = CutCaches.create(directory.resolve("template"), known);
  }

  private interface Work {
    /** True if it was done. */
    boolean run(RecordingDisk full, Path root, Appends book) throws IOException;
  }

  /** Raises the room until it is enough; returns how often it was not. */
  private int climb(String what, long rung, Work work) throws Exception {
    int refused = 0;
    for (long room = 0; ; room += rung) {
      Path root = CutCaches.copy(template, directory.resolve(what + room));
      String when = what + " with room for " + room + " bytes";
      Appends book = new Appends(known);
      RecordingDisk full = new RecordingDisk();
      full.fitOnly(room);
      boolean done = work.run(full, root, book);
      CutCaches.requireRows(disk, root, book, when);
      assertThat(CutCaches.trouble(disk, root)).as(when).isEmpty();
      full.fitOnly(Long.MAX_VALUE);
      try (Cache cache = Appends.open(full, root)) {
        book.append(cache, "later");
      }
      PassReport report = new Passes(full, root).run(CutCaches.EVERYTHING);
      assertThat(report.count(Outcome.COMPACTED)).as("%s: %s", when, report).isEqualTo(1);
      CutCaches.withHeld(book).requireIn(disk, root, when + ", and later");
      assertThat(CutCaches.trouble(disk, root)).as(when + ", and later").isEmpty();
      CutCaches.remove(root);
      if (done) {
        System.out.println(what + ": refused " + refused + " times, fits into " + room + " bytes");
        return refused;
      }
      refused++;
    }
  }

  @Test
  void appendIsThereOrRefusedWhereverTheDiskIsFull() throws Exception {
    int refused =
        climb(
            "append",
            SOAK ? 64 : 1024,
            (full, root, book) -> {
              int before = book.acknowledged();
              book.append(Appends.open(full, root), "more", ", \"grown\": 1");
              return book.acknowledged() > before;
            });
    assertThat(refused).isGreaterThan(5);
  }

  @Test
  void passIsDoneOrNotBegunWhereverTheDiskIsFull() throws Exception {
    int refused =
        climb(
            "pass",
            SOAK ? 512 : 6_000,
            (full, root, book) -> {
              PassReport report = new Passes(full, root).run(CutCaches.EVERYTHING);
              return report.count(Outcome.COMPACTED) == 1 && !report.diskRefused();
            });
    assertThat(refused).isGreaterThan(3);
  }

  @Test
  void diskThatIsFullToTheLastByteIsSweptAndThenHasRoom() throws Exception {
    Passes passes = new Passes(disk, template);
    passes.run(Passes.options(false, true, Steps.COMPACT_ONLY));
    Path partition = template.resolve(Appends.PARTITION);
    Path building = partition.resolve(".building-table-99-" + UUID.randomUUID());
    Files.write(Files.createDirectory(building).resolve("rewritten"), new byte[10_000]);
    RecordingDisk full = new RecordingDisk();
    full.fitOnly(0);
    passes.advance(Duration.ofDays(3));

    PassReport report =
        passes
            .on(full)
            .run(
                new PassOptions(
                    List.of(), false, false, Steps.SWEEP_ONLY, Optional.empty(), false, false));

    assertThat(report.partitions())
        .allSatisfy(p -> assertThat(p.reason()).doesNotContain("not swept"));
    try (var entries = Files.list(partition)) {
      assertThat(entries.map(e -> e.getFileName().toString()))
          .containsOnly(
              PartitionFiles.CURSOR,
              PartitionFiles.COMMIT_LOCK,
              PartitionFiles.COMMIT_OWNER,
              PartitionFiles.MAINTAIN_LOCK,
              Appends.live(disk, template).generation().name().format());
    }
    known.append(Appends.open(full, template), "fits again");
    CutCaches.requireRows(disk, template, known, "swept");
    assertThat(known.unclear()).isZero();
  }
}
