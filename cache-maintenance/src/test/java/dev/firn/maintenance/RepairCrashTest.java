package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.maintenance.repair.RepairedPartition;
import dev.firn.maintenance.repair.RepairedPartition.Outcome;
import dev.firn.maintenance.repair.Repairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A repair is killed, or loses power, at every single step of a mend: the partition is in doubt as
 * before, or live with every row; and the next repair finishes it.
 */
class RepairCrashTest {
  private static final String PARTITION = DamageCaches.PARTITION;

  /**
   * Publishing, which comes after the mends, is explored by itself: some of its steps are enough.
   */
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  private static final int STEPS_AFTER_THE_MEND = SOAK ? 100 : 2;

  private static final int STRIDE = SOAK ? 1 : 3;

  @TempDir Path directory;
  private final LocalDisk disk = new LocalDisk();
  private int copies;

  private interface Damage {
    void to(Path partition) throws IOException;
  }

  private static Map<String, Damage> damages(boolean power) {
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put("a cursor that is cut", p -> cut(p.resolve("cursor.json")));
    if (SOAK || power) {
      damages.put("newest metadata that is cut", p -> cut(newestMetadata(p)));
    }
    if (SOAK) {
      damages.put("a cursor that is missing", p -> Files.delete(p.resolve("cursor.json")));
      damages.put(
          "a version hint that is garbled",
          p -> Files.writeString(p.resolve("table-2/metadata/version-hint.text"), "x"));
    }
    return damages;
  }

  @Test
  void killedAtAnyStepOfAMendThePartitionIsAsBeforeOrWhole() throws Exception {
    explore(false);
  }

  @Test
  void afterAPowerCutAtAnyStepOfAMendThePartitionIsAsBeforeOrWhole() throws Exception {
    explore(true);
  }

  private void explore(boolean power) throws Exception {
    Path template = template();
    Map<String, List<String>> rows = CacheRows.read(disk, template);
    assertThat(rows.get(PARTITION)).hasSize(12);
    for (Map.Entry<String, Damage> damage : damages(power).entrySet()) {
      long steps = explore(template, damage.getValue(), rows, power);
      System.out.println(
          "repair of "
              + damage.getKey()
              + (power ? ", power lost" : ", killed")
              + " after each of "
              + steps
              + " steps, by "
              + STRIDE);
      assertThat(steps).as(damage.getKey()).isGreaterThan(10);
    }
  }

  private long explore(Path template, Damage damage, Map<String, List<String>> rows, boolean power)
      throws Exception {
    int mended = 0;
    long step = 0;
    for (; mended < STEPS_AFTER_THE_MEND; step += STRIDE) {
      Path root = DamageCaches.copy(template, directory.resolve("copy" + copies++));
      damage.to(root.resolve(PARTITION));
      Map<String, String> damaged = contents(root);
      RecordingDisk dying = new RecordingDisk();
      if (power) {
        dying.rememberForPowerLoss(Files.createDirectory(directory.resolve("side" + copies)));
      }
      dying.killAfter(step);
      try {
        Repairs.apply(dying, root);
        mended = STEPS_AFTER_THE_MEND;
      } catch (Killed e) {
        if (power) {
          dying.losePower();
        }
      }
      Map<String, List<String>> found = CacheRows.read(disk, root);
      assertThat(found).as("after step %s", step).isIn(Map.of(), rows);
      if (!found.isEmpty()) {
        requireKept(damaged, contents(root), step);
      }
      RepairedPartition again = Repairs.apply(disk, root).partitions().get(0);
      if (again.outcome() == Outcome.SOUND) {
        mended++;
      } else {
        assertThat(again.outcome()).as("%s", again).isEqualTo(Outcome.MENDED);
      }
      assertThat(CacheRows.read(disk, root)).as("after step %s", step).isEqualTo(rows);
    }
    return step;
  }

  /** What was replaced or removed has a copy, byte for byte. */
  private static void requireKept(
      Map<String, String> before, Map<String, String> after, long step) {
    before.forEach(
        (path, content) -> {
          boolean replaced = path.endsWith("cursor.json") || path.endsWith(".metadata.json");
          if (replaced && !content.equals(after.get(path))) {
            assertThat(after.entrySet())
                .as("after step %s: a copy of %s", step, path)
                .anyMatch(
                    e ->
                        e.getKey().startsWith("maintenance/repair/")
                            && e.getKey().endsWith(path)
                            && e.getValue().equals(content));
          }
        });
  }

  /** By path, without times. */
  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    Listing.of(root)
        .forEach(
            (path, listed) -> contents.put(path, listed.substring(0, listed.lastIndexOf(' '))));
    return contents;
  }

  /** A superseded generation and a live one with published rows; nothing waits. */
  private Path template() throws IOException {
    Path root = directory.resolve("template");
    Appends appends = new Appends();
    for (List<String> ids : List.of(List.of("one", "two"), List.of("three", "four"))) {
      try (Cache cache = Appends.open(root)) {
        ids.forEach(id -> appends.append(cache, id));
      }
      new Passes(disk, root).forced();
    }
    for (String id : List.of("five", "six")) {
      try (Cache cache = Appends.open(root)) {
        appends.append(cache, id);
      }
    }
    return root;
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static Path newestMetadata(Path partition) throws IOException {
    try (Stream<Path> files = Files.list(live(partition).resolve("metadata"))) {
      return files
          .filter(file -> version(file) >= 0)
          .max(Comparator.comparing(RepairCrashTest::version))
          .orElseThrow();
    }
  }

  private static Path live(Path partition) {
    return partition.resolve("table-2");
  }

  private static int version(Path file) {
    return MetadataVersions.parse(file.getFileName().toString()).orElse(-1);
  }
}
