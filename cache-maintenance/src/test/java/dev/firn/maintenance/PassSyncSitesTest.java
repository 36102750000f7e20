package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every sync of a pass is needed: without it a power cut at some moment loses or doubles a row, or
 * leaves something that a check complains about. Those of which one alone is not missed are named,
 * with the reason; a soak tries whether they really are not.
 */
class PassSyncSitesTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  /** Most syncs are missed at the end or right after they were left out. */
  private static final int SOON = 16;

  private static final Map<String, String> NOT_MISSED_ALONE =
      Map.ofEntries(
          Map.entry(
              "GenerationBuilder.commit SYNC_DIRECTORY 2",
              "receipts that are carried sync the same directory; for builds without any"),
          Map.entry(
              "GenerationOperations.commit SYNC_DIRECTORY 2", "that of the hint covers it as well"),
          Map.entry(
              "GenerationOperations.commit SYNC_DIRECTORY 3", "the hint: a wrong one harms nobody"),
          Map.entry(
              "HeldAppends.release SYNC_DIRECTORY 1",
              "a held file that comes back names the place where it has landed"),
          Map.entry("PartitionCompaction.takeLease SYNC 1", "the owner's name is for people"),
          Map.entry(
              "PartitionCompaction.takeLease SYNC_DIRECTORY 1", "the owner's name is for people"),
          Map.entry(
              "PartitionSweeper.remove SYNC_DIRECTORY 1",
              "of what was removed: what comes back of it stands aside and goes again"),
          Map.entry(
              "PartitionWriter.begin SYNC_DIRECTORY 1",
              "an append beside it misses it, a pass not"),
          Map.entry(
              "PartitionWriter.begin SYNC_DIRECTORY 2",
              "the commit of a schema syncs it; for one whose writer died before that"),
          Map.entry("PassMemory.save SYNC 1", "what passes remember may be lost"),
          Map.entry("PassMemory.save SYNC_DIRECTORY 1", "what passes remember may be lost"),
          Map.entry("PassSweep.sweep SYNC 1", "the owner's name is for people"),
          Map.entry("PassSweep.sweep SYNC_DIRECTORY 1", "the owner's name is for people"),
          Map.entry(
              "Publisher.publish SYNC_DIRECTORY 1",
              "landing has synced it; for files whose writer died before that"),
          Map.entry(
              "RetiredMarker.write SYNC_DIRECTORY 1",
              "a marker that is lost is written again: the cursor names what it superseded"));

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private final Appends book = new Appends();
  private Path template;
  private int runs;

  @BeforeEach
  void make() throws IOException {
    template = CutCaches.create(directory.resolve("template"), book);
  }

  @Test
  void withoutAnyOneSyncAPowerCutDoesHarm() throws Exception {
    RecordingDisk watched = new RecordingDisk();
    Path survey = CutCaches.copy(template, directory.resolve("survey"));
    new Passes(watched, survey).run(CutCaches.EVERYTHING);
    Map<String, Integer> numbers = new HashMap<>();
    Set<String> neverMissed = new TreeSet<>();
    for (Map.Entry<String, Long> site : new TreeMap<>(watched.syncSites()).entrySet()) {
      String name = site.getKey().replaceFirst(":[0-9]+", "");
      name += " " + numbers.merge(name, 1, Integer::sum);
      if (!SOAK && NOT_MISSED_ALONE.containsKey(name)) {
        neverMissed.add(name);
        continue;
      }
      String failure = firstFailure(site.getKey(), site.getValue(), watched.steps());
      System.out.println("without " + name + ": " + (failure.isEmpty() ? "nothing" : failure));
      if (failure.isEmpty()) {
        neverMissed.add(name);
      }
    }
    System.out.println(watched.syncSites().size() + " sites of syncs in a pass, " + runs + " runs");
    assertThat(neverMissed).isEqualTo(new TreeSet<>(NOT_MISSED_ALONE.keySet()));
  }

  /** What goes wrong first when the power is cut after the site, empty if nothing does. */
  private String firstFailure(String site, long from, long steps) throws IOException {
    Set<Long> cuts = new LinkedHashSet<>();
    cuts.add(steps);
    for (long step = from; step < (SOAK ? steps : Math.min(steps, from + SOON)); step++) {
      cuts.add(step);
    }
    for (PowerLoss loss : losses()) {
      for (long step : cuts) {
        String failure = failure(site, step, loss);
        if (!failure.isEmpty()) {
          return (step == steps ? "at the end" : "step " + step)
              + (loss.equals(PowerLoss.WORST) ? "" : ", " + loss)
              + ": "
              + failure;
        }
      }
    }
    return "";
  }

  /** Everything undone, and any part of it: which part does harm is a matter of luck. */
  private static List<PowerLoss> losses() {
    List<PowerLoss> losses = new ArrayList<>(List.of(PowerLoss.WORST));
    for (int seed = 1; seed <= (SOAK ? 24 : 8); seed++) {
      losses.add(PowerLoss.ways(seed).get(1));
    }
    return losses;
  }

  private String failure(String site, long step, PowerLoss loss) throws IOException {
    Path root = CutCaches.copy(template, directory.resolve("run" + runs));
    Path side = Files.createDirectory(directory.resolve("side" + runs++));
    RecordingDisk troubled = new RecordingDisk();
    troubled.rememberForPowerLoss(side);
    troubled.skipSyncsAt(site);
    troubled.killAfter(step);
    try {
      new Passes(troubled, root).run(CutCaches.EVERYTHING);
    } catch (Killed e) {
      assertThat(troubled.killedAt()).isPresent();
    }
    troubled.losePower(loss);
    String failure = "";
    try {
      CutCaches.requireRows(disk, root, book, "rows");
      String trouble = String.join("; ", CutCaches.trouble(disk, root));
      failure = trouble.replace(root.toString(), "");
      if (failure.isEmpty()) {
        CutCaches.repeat(disk, root);
        Passes passes = new Passes(disk, root);
        passes.run(CutCaches.EVERYTHING);
        CutCaches.withHeld(book).requireIn(disk, root, "rows after the next pass");
      }
    } catch (AssertionError | IOException e) {
      failure =
          String.valueOf(e.getMessage())
              .replace(root.toString(), "")
              .lines()
              .findFirst()
              .orElse("");
    }
    CutCaches.remove(side);
    CutCaches.remove(root);
    return failure;
  }
}
