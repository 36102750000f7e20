package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pass is killed, or the disk fails it, at every single step; then it is run again. */
@VerifiedAtTheEnd
class CrashTest {
  private static final PassOptions OPTIONS =
      new PassOptions(
          List.of("otel_events"), false, true, Steps.ALL, Optional.empty(), false, false);

  private static final String[] ONE = {"claude"};
  private static final String[] TWO = {"claude", "codex"};

  /** What happens with another partition behind it is looked at in strides. */
  private static final int STRIDE = Boolean.getBoolean("firn.soak") ? 1 : 7;

  @TempDir Path directory;

  @Test
  void killedAtAnyStepOfARewriteNoRowIsLostAndTheNextPassHeals() throws Exception {
    long steps = explore((disk, step) -> disk.killAfter(step), true, ONE, 1);
    explore((disk, step) -> disk.killAfter(step), true, TWO, STRIDE);
    System.out.println("rewrite, prove, swap, retire: killed after each of " + steps + " steps");
    assertThat(steps).isGreaterThan(40);
  }

  @Test
  void refusedByTheDiskAtAnyStepOfARewriteNoRowIsLostAndTheNextPassHeals() throws Exception {
    assertThat(explore(CrashTest::refuse, false, ONE, 1)).isGreaterThan(40);
    explore(CrashTest::refuse, false, TWO, STRIDE);
  }

  private static void refuse(RecordingDisk disk, long step) {
    long[] count = {0};
    disk.failWith(
        call -> {
          boolean counts =
              call.changes() || call.kind() == Kind.SYNC || call.kind() == Kind.SYNC_DIRECTORY;
          if (counts && count[0]++ == step) {
            throw new IOException("No space left on device");
          }
        });
  }

  private interface Trouble {
    void at(RecordingDisk disk, long step);
  }

  /** Runs until the trouble comes too late to hit; returns the steps of an untroubled pass. */
  private long explore(Trouble trouble, boolean kills, String[] sources, int stride)
      throws Exception {
    for (long step = 0; ; step += stride) {
      Path root = unpack(step, sources);
      RecordingDisk clean = new RecordingDisk();
      Map<String, List<String>> rows = CacheRows.read(clean, root);
      RecordingDisk disk = new RecordingDisk();
      trouble.at(disk, step);
      boolean hit;
      try {
        PassReport report = new Passes(disk, root).run(OPTIONS);
        hit = !kills && report.count(Outcome.COMPACTED) < sources.length;
      } catch (Killed e) {
        hit = true;
      }

      assertThat(CacheRows.read(clean, root)).as("after step %s", step).isEqualTo(rows);
      requireHealed(root, rows, step);
      if (!hit && disk.calls().size() > 0 && step > 0 && isBeyond(disk, step)) {
        return step;
      }
    }
  }

  private static boolean isBeyond(RecordingDisk disk, long step) {
    return disk.steps() < step;
  }

  private void requireHealed(Path root, Map<String, List<String>> rows, long step)
      throws Exception {
    RecordingDisk disk = new RecordingDisk();
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.between(passes.now(), Instant.now()).abs().plusDays(2));
    PassReport second = passes.run(OPTIONS);
    assertThat(second.count(Outcome.FAILED)).as("%s", second.partitions()).isZero();
    passes.advance(Duration.ofDays(2));
    passes.run(OPTIONS);
    passes.advance(Duration.ofDays(2));
    passes.run(OPTIONS);

    assertThat(CacheRows.read(disk, root)).as("healed after step %s", step).isEqualTo(rows);
    for (Partition partition : new CacheDirectory(disk, root).partitions("otel_events")) {
      Live live = (Live) new PartitionInspector(disk).inspect(partition);
      assertThat(live.generation().liveFiles()).hasSize(1);
      assertThat(live.others()).as("left after step %s", step).isEmpty();
      try (Stream<Path> entries = Files.list(partition.directory())) {
        assertThat(entries.map(e -> e.getFileName().toString()))
            .containsOnly(
                PartitionFiles.CURSOR,
                PartitionFiles.COMMIT_LOCK,
                PartitionFiles.MAINTAIN_LOCK,
                PartitionFiles.MAINTAIN_OWNER,
                live.generation().name().format());
      }
    }
  }

  @Test
  void killedAtAnyStepOfASweepTheNextOneFinishesIt() throws Exception {
    PassOptions sweep =
        new PassOptions(
            List.of("otel_events"), false, false, Steps.SWEEP_ONLY, Optional.empty(), false, true);
    for (long step = 0; ; step++) {
      Path root = unpack(step, ONE);
      RecordingDisk clean = new RecordingDisk();
      Map<String, List<String>> rows = CacheRows.read(clean, root);
      new Passes(clean, root).run(OPTIONS);
      RecordingDisk disk = new RecordingDisk();
      disk.killAfter(step);
      boolean killed = false;
      try {
        new Passes(disk, root).run(sweep);
      } catch (Killed e) {
        killed = true;
      }
      assertThat(CacheRows.read(clean, root)).as("after step %s", step).isEqualTo(rows);
      requireHealed(root, rows, step);
      if (!killed) {
        System.out.println("sweep: killed after each of " + step + " steps");
        assertThat(step).isGreaterThan(20);
        return;
      }
    }
  }

  @Test
  void killIsNotCaughtAndAnsweredByThePass() throws Exception {
    RecordingDisk disk = new RecordingDisk();
    disk.killAfter(3);
    Path root = unpack(0, ONE);
    assertThatThrownBy(() -> new Passes(disk, root).run(OPTIONS)).isInstanceOf(Killed.class);
  }

  /** A cache of small partitions, fresh for each step. */
  private Path unpack(long step, String... sources) throws IOException {
    Path template = directory.resolve("crashed-compaction");
    if (!Files.exists(template)) {
      FieldCaches.unpack("crashed-compaction", directory);
    }
    Path root = Files.createTempDirectory(directory, "step" + step);
    Path dataset = Path.of("datasets/otel_events");
    Files.createDirectories(root.resolve(dataset));
    for (String source : sources) {
      try (Stream<Path> paths = Files.walk(template.resolve(dataset).resolve("source=" + source))) {
        for (Path path : paths.toList()) {
          Files.copy(
              path,
              root.resolve(template.relativize(path).toString()),
              StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    return root;
  }
}
