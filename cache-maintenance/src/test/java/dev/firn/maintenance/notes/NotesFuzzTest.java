package dev.firn.maintenance.notes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever stands in {@code maintenance/}, no pass fails for it: it counts as what it says or as
 * nothing.
 */
class NotesFuzzTest {
  private static final long SEED = Boolean.getBoolean("firn.soak") ? System.nanoTime() : 20261122;
  private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
  private static final int ROUNDS = Mutations.ROUNDS / 50;

  @TempDir Path root;
  private final Disk disk = new LocalDisk();
  private CacheDirectory cache;

  private interface Reading {
    void run() throws Exception;
  }

  @BeforeEach
  void open() {
    cache = new CacheDirectory(disk, root);
  }

  private void fuzz(Path file, Reading reading) throws Exception {
    byte[] before = Files.readAllBytes(file);
    List<String> words = new ArrayList<>(Mutations.JSON);
    words.addAll(List.of("+1000000000-12-31T23:59:59Z", "-9223372036854775808", "notes", "left"));
    Mutations mutations = new Mutations(SEED, words);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] content = mutations.mutate(before);
      Files.write(file, content);
      try {
        reading.run();
      } catch (Exception | Error e) {
        fail(
            "seed %d, round %d: %s".formatted(SEED, i, new String(content, StandardCharsets.UTF_8)),
            e);
      }
    }
  }

  @Test
  void noClockNotesMakeAPassFailOrAnAgeNegative() throws Exception {
    for (int i = 0; i < 3; i++) {
      time(NOW.plus(Duration.ofHours(i)), Duration.ofHours(i)).save(disk, cache);
    }
    fuzz(
        root.resolve("maintenance/clock.json"),
        () -> {
          ObservedTime time = time(NOW.plus(Duration.ofHours(4)), Duration.ofHours(4));
          assertThat(time.age(NOW)).isBetween(Duration.ZERO, Duration.ofHours(4));
          assertThat(time.age(Instant.MIN)).isGreaterThanOrEqualTo(Duration.ZERO);
          assertThat(time.age(Instant.MAX)).isZero();
          time.save(disk, cache);
        });
  }

  private ObservedTime time(Instant wall, Duration sinceBoot) {
    return ObservedTime.read(disk, cache, wall, Optional.of(new Uptime("boot", sinceBoot)));
  }

  @Test
  void noMemoryOfPassesMakesAPassFail() throws Exception {
    PassMemory memory = PassMemory.load(disk, cache);
    memory.put(
        "datasets/a/source=b",
        new PassMemory.Entry("2026", "failed", "why", "table v1", 7, Map.of("file", "torn"), 3));
    memory.save(NOW.toString());
    fuzz(
        root.resolve("maintenance/status.json"),
        () -> {
          PassMemory loaded = PassMemory.load(disk, cache);
          loaded.find("datasets/a/source=b");
          loaded.lastPass();
          loaded.save(NOW.toString());
        });
  }
}
