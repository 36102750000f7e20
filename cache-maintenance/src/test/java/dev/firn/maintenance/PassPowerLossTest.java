package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.Protocols;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.verify.Verifies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power fails at every step of a pass that has everything to do, and takes back what a disk may
 * take back; and it fails again at a step of the pass that heals. No row is lost or doubled, every
 * check finds the cache whole, and the next pass makes it what the first would have made.
 */
class PassPowerLossTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int STRIDE = SOAK ? 1 : 3;
  private static final int PAIRS = 12;

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final Protocols states = new Protocols();
  private final Appends book = new Appends();
  private Path template;
  private int runs;

  @BeforeEach
  void make() throws IOException {
    template = CutCaches.create(directory.resolve("template"), book);
  }

  @Test
  void cutAtAnyStepOfAPassNoRowIsLostAndTheNextPassHeals() throws Exception {
    boolean killed = true;
    long step = 0;
    for (; killed; step += STRIDE) {
      List<PowerLoss> ways = PowerLoss.ways(step);
      int turn = (int) (step / STRIDE) % ways.size();
      for (PowerLoss loss : SOAK ? ways : ways.subList(turn, turn + 1)) {
        Path root = CutCaches.copy(template, directory.resolve("run" + runs));
        String when = "cut after step " + step + ", " + loss;
        killed = cut(root, step, loss);
        requireWhole(root, when);
        heal(root, when);
        CutCaches.remove(root);
      }
    }
    System.out.println("pass of " + step + " steps, power cut in " + states);
    assertThat(states.counts().keySet()).contains("recover", "publish", "rewrite", "swap", "sweep");
  }

  @Test
  void cutAgainWhileItHealsItHealsTheNextTime() throws Exception {
    long steps = steps(template);
    Random random = new Random(7);
    int pairs = 0;
    for (long first = 0; first < steps; first += SOAK ? 1 : steps / PAIRS) {
      long at = SOAK ? first : first + random.nextInt((int) steps / PAIRS);
      Path cut = CutCaches.copy(template, directory.resolve("cut" + runs));
      PowerLoss loss = way(random);
      cut(cut, at, loss);
      long again = steps(cut);
      for (long second = SOAK ? 0 : random.nextInt((int) again);
          second < again;
          second += SOAK ? 1 : again) {
        Path root = CutCaches.copy(cut, directory.resolve("run" + runs));
        PowerLoss next = way(random);
        String when = "cut after step " + at + ", " + loss + ", and " + second + ", " + next;
        cut(root, second, next);
        requireWhole(root, when);
        heal(root, when);
        CutCaches.remove(root);
        pairs++;
      }
      CutCaches.remove(cut);
    }
    System.out.println(pairs + " pairs of steps, power cut in " + states);
  }

  private static PowerLoss way(Random random) {
    List<PowerLoss> ways = PowerLoss.ways(random.nextLong());
    return ways.get(random.nextInt(ways.size()));
  }

  /** Those of a pass over a copy, if nothing happens to it. */
  private long steps(Path cache) throws IOException {
    Path root = CutCaches.copy(cache, directory.resolve("survey" + runs++));
    RecordingDisk watched = new RecordingDisk();
    watched.killAfter(Long.MAX_VALUE);
    new Passes(watched, root).run(CutCaches.EVERYTHING);
    CutCaches.remove(root);
    return watched.steps();
  }

  /** True if the pass came to that step. */
  private boolean cut(Path root, long step, PowerLoss loss) throws IOException {
    RecordingDisk dying = new RecordingDisk();
    Path side = Files.createDirectory(directory.resolve("side" + runs++));
    dying.rememberForPowerLoss(side);
    dying.killAfter(step);
    boolean killed = false;
    try {
      new Passes(dying, root).run(CutCaches.EVERYTHING);
    } catch (Killed e) {
      killed = true;
    }
    dying.killedAt().ifPresent(states::count);
    dying.losePower(loss);
    CutCaches.remove(side);
    return killed;
  }

  private void requireWhole(Path root, String when) throws IOException {
    CutCaches.requireRows(disk, root, book, when);
    assertThat(CutCaches.trouble(disk, root)).as(when).isEmpty();
  }

  private void heal(Path root, String when) throws IOException {
    Appends all = CutCaches.withHeld(book);
    CutCaches.repeat(disk, root);
    try (Cache cache = Appends.open(disk, root)) {
      all.append(cache, "next");
    }
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(2));
    PartitionReport report = Passes.of(passes.run(CutCaches.EVERYTHING), Appends.PARTITION);
    assertThat(report.outcome()).as(when + ": " + report).isEqualTo(Outcome.COMPACTED);
    passes.advance(Duration.ofDays(2));
    passes.run(CutCaches.EVERYTHING);
    all.requireIn(disk, root, when + ", healed");
    assertThat(all.unclear()).as(when).isZero();
    assertThat(Verifies.trouble(Verifies.quick(disk, root))).as(when + ", healed").isEmpty();
    Live live = Appends.live(disk, root);
    try (Stream<Path> entries = Files.list(root.resolve(Appends.PARTITION))) {
      assertThat(entries.map(e -> e.getFileName().toString()))
          .as(when)
          .containsOnly(
              PartitionFiles.CURSOR,
              PartitionFiles.COMMIT_LOCK,
              PartitionFiles.COMMIT_OWNER,
              PartitionFiles.MAINTAIN_LOCK,
              PartitionFiles.MAINTAIN_OWNER,
              live.generation().name().format());
    }
  }
}
