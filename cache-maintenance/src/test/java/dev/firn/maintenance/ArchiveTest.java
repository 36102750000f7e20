package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.append.Appends;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows are archived before they are dropped, each of them once. The pass is at 2026-12-01. */
@VerifiedAtTheEnd
class ArchiveTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final RetentionPolicy POLICY =
      RetentionPolicy.ofDays(30).withArchive("archive/old");
  private static final RetentionConfig CONFIG = RetentionConfig.of(Appends.DATASET, POLICY);

  @TempDir Path directory;

  private static RetainedCache filled(Path root, RetentionPolicy policy) throws Exception {
    RetainedCache cache = new RetainedCache(root, policy);
    cache.append(
        RetainedCache.row("a", "2026-10-01T00:00:00Z"),
        RetainedCache.row("b", "2026-11-20T00:00:00Z"));
    cache.append(RetainedCache.row("c", "2026-10-02T00:00:00Z"));
    cache.append(RetainedCache.row("d", "2026-11-21T00:00:00Z"));
    return cache;
  }

  @Test
  void whatIsDroppedIsInTheArchive() throws Exception {
    Path root = directory.resolve("cache");
    RetainedCache cache = filled(root, POLICY);

    PassReport report = cache.pass();

    assertThat(cache.keys()).containsExactly("b", "d");
    assertThat(RetainedCache.only(report).rowsArchived()).isEqualTo(2);
    assertThat(report.rowsArchived()).isEqualTo(2);
    assertThat(ArchivedKeys.below(root.resolve("archive/old"))).containsExactly("a", "c");
    assertThat(files(root.resolve("archive/old/messages/source=claude")))
        .singleElement()
        .asString()
        .startsWith("table-to-table-1-");

    cache.passes().advance(Duration.ofDays(21));
    cache.append(RetainedCache.row("e", "2026-12-21T00:00:00Z"));
    cache.pass();
    assertThat(ArchivedKeys.below(root.resolve("archive/old"))).containsExactly("a", "b", "c", "d");
  }

  @Test
  void anArchiveMayBeAnywhereButAmongTheDataOfTheCache() throws Exception {
    Path elsewhere = directory.resolve("elsewhere");
    Path root = directory.resolve("cache");
    filled(root, POLICY.withArchive(elsewhere.toString())).pass();
    assertThat(ArchivedKeys.below(elsewhere)).containsExactly("a", "c");

    for (String wrong : List.of(".", "..", "datasets/messages", "held/x", "maintenance")) {
      Path other = directory.resolve("cache" + wrong.hashCode());
      RetainedCache cache = filled(other, POLICY.withArchive(wrong));
      PartitionReport report = RetainedCache.only(cache.pass());
      assertThat(report.outcome()).as(wrong).isEqualTo(Outcome.FAILED);
      assertThat(report.reason()).startsWith("nothing is dropped, because rows cannot be archived");
      assertThat(cache.keys()).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void ifArchivingFailsNothingIsDroppedAndTheNextPassTriesAgain() throws Exception {
    Path root = directory.resolve("cache");
    filled(root, POLICY);
    for (Kind refused : List.of(Kind.CREATE, Kind.LINK, Kind.SYNC, Kind.SYNC_DIRECTORY)) {
      RecordingDisk disk = new RecordingDisk();
      disk.failWith(
          call -> {
            if (call.kind() == refused && call.path().startsWith(root.resolve("archive/old"))) {
              throw new IOException("no");
            }
          });
      RetainedCache cache = new RetainedCache(disk, root, CONFIG);
      PassReport report = cache.pass();
      assertThat(RetainedCache.only(report).outcome()).as("%s", refused).isEqualTo(Outcome.FAILED);
      assertThat(RetainedCache.only(report).reason()).contains("archive/old");
      assertThat(report.diskRefused()).isTrue();
      assertThat(cache.keys()).containsExactly("a", "b", "c", "d");
    }
    RetainedCache cache = new RetainedCache(new LocalDisk(), root, CONFIG);
    cache.pass();
    assertThat(cache.keys()).containsExactly("b", "d");
    assertThat(ArchivedKeys.below(root.resolve("archive/old"))).containsExactly("a", "c");
  }

  @Test
  void directoryThatAKilledPassMadeIsDurableBeforeRowsAreInItAlone() throws Exception {
    for (String made : List.of("archive", "old", Appends.DATASET, "source=claude")) {
      Path root = directory.resolve("made " + made);
      filled(root, POLICY);
      RecordingDisk troubled = new RecordingDisk();
      troubled.rememberForPowerLoss(Files.createDirectory(directory.resolve("side " + made)));
      boolean[] created = {false, false};
      troubled.failWith(
          call -> {
            boolean here = call.path().startsWith(root.resolve("archive"));
            if (here && call.kind() == Kind.CREATE_DIRECTORY && call.path().endsWith(made)) {
              created[0] = true;
            } else if (created[0] && !created[1] && call.kind() == Kind.SYNC_DIRECTORY) {
              created[1] = true;
              throw new Killed();
            }
          });
      assertThatThrownBy(() -> new RetainedCache(troubled, root, CONFIG).pass())
          .isInstanceOf(Killed.class);

      RetainedCache next = new RetainedCache(troubled, root, CONFIG);
      next.pass();
      assertThat(next.keys()).as(made).containsExactly("b", "d");
      troubled.losePower();

      assertThat(ArchivedKeys.below(root.resolve("archive/old")))
          .as(made)
          .containsExactly("a", "c");
    }
  }

  @Test
  void filesThatAreNotLeftOversStay() throws Exception {
    Path root = directory.resolve("cache");
    RetainedCache cache = filled(root, POLICY);
    Path place = Files.createDirectories(root.resolve("archive/old/messages/source=claude"));
    Path foreign = Files.writeString(place.resolve("table-to-table-1-mine.parquet"), "mine");
    cache.pass();
    assertThat(foreign).hasContent("mine");
  }

  @Test
  void killedAtAnyStepNoRowIsLostAndNoneIsArchivedTwice() throws Exception {
    explore(false);
  }

  @Test
  void afterAPowerCutAtAnyStepNoRowIsLostAndNoneIsArchivedTwice() throws Exception {
    explore(true);
  }

  private void explore(boolean power) throws Exception {
    int stride = SOAK ? 1 : 13;
    for (long step = 0; ; step += stride) {
      String when = (power ? "power cut" : "killed") + " after step " + step;
      Path root = directory.resolve("cache" + power + step);
      filled(root, POLICY);
      RecordingDisk dying = new RecordingDisk();
      if (power) {
        dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + step)));
      }
      dying.killAfter(step);
      boolean killed = false;
      try {
        new RetainedCache(dying, root, CONFIG).pass();
      } catch (Killed e) {
        killed = true;
        if (power) {
          dying.losePower();
        }
      }
      RetainedCache after = new RetainedCache(new LocalDisk(), root, CONFIG);
      List<String> left = after.keys();
      assertThat(left).as(when).contains("b", "d").doesNotHaveDuplicates();
      List<String> both = new ArrayList<>(ArchivedKeys.below(root.resolve("archive/old")));
      both.addAll(left);
      assertThat(both).as(when + ": lost").contains("a", "b", "c", "d");

      after.passes().advance(Duration.ofHours(30));
      after.pass();
      assertThat(after.keys()).as(when).containsExactly("b", "d");
      assertThat(ArchivedKeys.below(root.resolve("archive/old")))
          .as(when)
          .containsExactly("a", "c");
      if (!killed) {
        System.out.println("archive: cut after each of " + step + " steps, by " + stride);
        assertThat(step).isGreaterThan(40);
        return;
      }
    }
  }

  private static List<String> files(Path place) throws IOException {
    try (Stream<Path> paths = Files.list(place)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }
}
