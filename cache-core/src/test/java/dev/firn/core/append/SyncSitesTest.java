package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.AppendCrashTest.Work;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every sync of landing, publishing, creating, holding and recovering is needed: without it a power
 * cut at some moment loses or doubles something that was acknowledged. Those of which one alone is
 * not missed are named, with the reason; a soak tries whether they really are not.
 */
class SyncSitesTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  private static final List<Boolean> FIRST = List.of(false);
  private static final List<Boolean> BOTH = List.of(false, true);

  private static final Map<String, String> NOT_MISSED_ALONE =
      Map.ofEntries(
          Map.entry("Directories.ensureRoot SYNC_DIRECTORY 1", "done again for each partition"),
          Map.entry(
              "GenerationOperations.commit SYNC_DIRECTORY 2",
              "what is not published yet is live; before rows rest on a schema, begin syncs it"),
          Map.entry("GenerationOperations.commit SYNC 2", "the hint: a wrong one harms nobody"),
          Map.entry(
              "GenerationOperations.commit SYNC_DIRECTORY 3", "the hint: a wrong one harms nobody"),
          Map.entry(
              "HeldAppends.release SYNC_DIRECTORY 1",
              "a held file that comes back names the place where it has landed"),
          Map.entry(
              "PartitionCreation.create SYNC_DIRECTORY 2", "begin syncs before the first receipt"),
          Map.entry(
              "PartitionWriter.begin SYNC_DIRECTORY 2",
              "the commit of a schema syncs it; for one whose writer died before that"),
          Map.entry(
              "Publisher.publish SYNC_DIRECTORY 1",
              "landing has synced it; for files whose writer died before that"));

  /** Who misses a sync, where that is not the first to come by it: tried first, then the others. */
  private static final Map<String, Work> MISSED_BY =
      Map.of(
          "GenerationOperations.commit SYNC_DIRECTORY 1", Work.RECOVER_WHAT_IS_HELD,
          "Publisher.commit SYNC 1", Work.APPEND_WITH_NEW_COLUMNS,
          "SameThread.execute SYNC 1", Work.APPEND_WITH_NEW_COLUMNS);

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private int runs;

  @Test
  void withoutAnyOneSyncAPowerCutLosesSomething() throws Exception {
    Map<Work, Path> templates = new TreeMap<>();
    Map<Work, Appends> books = new TreeMap<>();
    Map<String, Map<Work, Long>> sites = new TreeMap<>();
    for (Work work : Work.values()) {
      Path template = directory.resolve("template" + work);
      Appends set = new Appends();
      work.set(template, set);
      templates.put(work, template);
      books.put(work, set);
      survey(work, template, set)
          .forEach((site, at) -> sites.computeIfAbsent(site, s -> new TreeMap<>()).put(work, at));
    }
    Map<String, Integer> numbers = new HashMap<>();
    Set<String> neverMissed = new TreeSet<>();
    for (Map.Entry<String, Map<Work, Long>> site : sites.entrySet()) {
      String name = site.getKey().replaceFirst(":[0-9]+", "");
      name += " " + numbers.merge(name, 1, Integer::sum);
      if (!SOAK && NOT_MISSED_ALONE.containsKey(name)) {
        neverMissed.add(name);
        continue;
      }
      Map<Work, Long> from = site.getValue();
      List<Work> works = new ArrayList<>(from.keySet());
      Work first = MISSED_BY.getOrDefault(name, works.get(0));
      works.sort(Comparator.comparing(work -> work != first));
      int before = runs;
      String failure = "";
      for (Work work : works) {
        if (failure.isEmpty()) {
          failure =
              firstFailure(
                  work, templates.get(work), books.get(work), site.getKey(), from.get(work));
        }
      }
      System.out.printf(
          "without %s: %s, %d runs%n",
          name, failure.isEmpty() ? "nothing" : failure, runs - before);
      if (failure.isEmpty()) {
        neverMissed.add(name);
      }
    }
    System.out.println(sites.size() + " sites of syncs, " + runs + " runs");
    assertThat(neverMissed).isEqualTo(new TreeSet<>(NOT_MISSED_ALONE.keySet()));
  }

  /** The sites that a work comes by when nothing happens to it, and after how many steps. */
  private Map<String, Long> survey(Work work, Path template, Appends set) throws IOException {
    Path root = copy(template);
    RecordingDisk watched = new RecordingDisk();
    try (Cache cache = Appends.open(watched, root)) {
      work.run(cache, new Appends(set));
    }
    return watched.syncSites();
  }

  /** What goes wrong first, empty if nothing does, whenever the power is cut once it came by. */
  private String firstFailure(Work work, Path template, Appends set, String site, long from)
      throws IOException {
    for (PowerLoss loss : PowerLoss.ways(1)) {
      for (boolean another : loss.equals(PowerLoss.WORST) ? BOTH : FIRST) {
        boolean killed = true;
        for (long step = another ? 0 : from; killed; step++) {
          Path root = copy(template);
          Appends book = new Appends(set);
          RecordingDisk troubled = new RecordingDisk();
          troubled.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + runs)));
          troubled.skipSyncsAt(site);
          troubled.killAfter(step);
          killed = false;
          try {
            work.run(Appends.open(troubled, root), book);
          } catch (Killed e) {
            killed = true;
          }
          if (another) {
            troubled.killAfter(Long.MAX_VALUE);
            book.append(Appends.open(troubled, root), "other process");
          }
          troubled.losePower(loss);
          work.mend(root);
          try {
            try (Cache cache = Appends.open(root)) {
              book.append(cache, "next");
            }
            book.requireIn(disk, root, "after");
          } catch (AssertionError | IOException e) {
            String what = another ? ", another process after step " : ", step ";
            return work + what + step + (loss.equals(PowerLoss.WORST) ? "" : ", " + loss);
          }
        }
      }
    }
    return "";
  }

  private Path copy(Path template) throws IOException {
    Path root = directory.resolve("run" + runs++);
    if (Files.exists(template)) {
      try (Stream<Path> paths = Files.walk(template)) {
        for (Path path : paths.toList()) {
          Files.copy(path, root.resolve(template.relativize(path).toString()));
        }
      }
    }
    return root;
  }
}
