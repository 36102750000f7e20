package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.condition.Condition;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.purge.CachePurge;
import dev.firn.maintenance.purge.PurgeOptions;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk is full at byte n of what removes rows, for n raised until everything fits: nothing goes
 * but what is to go, all of it or none, and when there is room again it is done.
 */
class FullDiskRemovalTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final RetentionConfig ARCHIVED =
      RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30).withArchive("archive"));
  private static final MaintenanceConfig CONFIG = Passes.CONFIG.with(ARCHIVED);

  @TempDir Path directory;
  private Path template;

  @BeforeEach
  void fill() throws Exception {
    template = directory.resolve("template");
    RetainedCache cache = new RetainedCache(new RecordingDisk(), template, ARCHIVED);
    cache.append(RetainedCache.row("a", "2026-10-01T00:00:00Z"));
    cache.append(
        RetainedCache.row("b-mark-b", "2026-10-02T00:00:00Z"),
        RetainedCache.row("c", "2026-11-20T00:00:00Z"));
    cache.append(RetainedCache.row("d", "2026-11-21T00:00:00Z"));
  }

  private interface Work {
    /** True if it was done. */
    boolean run(RecordingDisk disk, Path root) throws Exception;
  }

  private void climb(String what, long rung, List<String> stays, Work work) throws Exception {
    int refused = 0;
    for (long room = 0; ; room += rung) {
      Path root = CutCaches.copy(template, directory.resolve(what + room));
      String when = what + " with room for " + room + " bytes";
      RecordingDisk full = new RecordingDisk();
      full.pretendFree(room);
      full.fitOnly(room);
      boolean done = work.run(full, root);
      List<String> keys = Appends.keys(new RecordingDisk(), root);
      if (done || keys.size() != 4) {
        assertThat(keys).as(when).isEqualTo(stays);
      } else {
        assertThat(keys).as(when).containsExactly("a", "b-mark-b", "c", "d");
      }
      assertThat(CutCaches.trouble(new RecordingDisk(), root)).as(when).isEmpty();
      assertThat(work.run(new RecordingDisk(), root)).as(when + ", and later").isTrue();
      assertThat(Appends.keys(new RecordingDisk(), root)).as(when).isEqualTo(stays);
      if (what.equals("retention")) {
        assertThat(ArchivedKeys.below(root.resolve("archive")))
            .as(when)
            .containsExactly("a", "b-mark-b");
      } else {
        assertThat(RawText.filesWith(root, "b-mark-b")).as(when).isEmpty();
      }
      CutCaches.remove(root);
      if (done) {
        System.out.println(what + ": refused " + refused + " times, fits into " + room + " bytes");
        assertThat(refused).isGreaterThan(3);
        return;
      }
      refused++;
    }
  }

  @Test
  void retentionDropsAllThatIsPastOrNothingAndArchivesItOnce() throws Exception {
    climb(
        "retention",
        SOAK ? 512 : 4_000,
        List.of("c", "d"),
        (disk, root) -> {
          Passes passes = new Passes(disk, root);
          passes.configure(CONFIG);
          PassReport report = passes.standard();
          return !report.diskRefused() && report.count(PartitionReport.Outcome.FAILED) == 0;
        });
  }

  @Test
  void purgeRemovesAllThatMatchesOrNothing() throws Exception {
    climb(
        "purge",
        SOAK ? 512 : 4_000,
        List.of("a", "c", "d"),
        (disk, root) -> {
          CacheDirectory cache = new CacheDirectory(disk, root);
          PurgedPartition purged =
              new CachePurge(disk, cache, CONFIG, InstantSource.fixed(Passes.START), "test")
                  .run(
                      Appends.DATASET,
                      cache.partitions(Appends.DATASET),
                      Condition.parse("k = 'b-mark-b'"),
                      new PurgeOptions(true, true, true))
                  .partitions()
                  .get(0);
          if (purged.outcome() == Outcome.FAILED) {
            assertThat(purged.diskRefused()).as(purged.reason()).isTrue();
            return false;
          }
          return purged.outcome() == Outcome.PURGED || purged.outcome() == Outcome.CLEAN;
        });
  }
}
