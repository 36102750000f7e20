package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences of all that removes rows: retention, purge, restore, duplicates, quarantine and
 * drop, killed and raced, against a model in memory. A failure names the seed and the steps.
 */
class RandomRemovalsTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int STEPS = Integer.getInteger("firn.steps", SOAK ? 1_500 : 110);

  @TempDir Path directory;

  static LongStream seeds() {
    long first = Long.getLong("firn.seed", 1);
    return LongStream.range(first, first + (SOAK ? 20 : 2));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void onlyWhatIsDueGoesAndAllOfIt(long seed) throws Exception {
    Path root = directory.resolve("cache" + seed);
    RandomRemovals sequence =
        new RandomRemovals(root, Files.createDirectory(directory.resolve("side" + seed)), seed);
    try {
      for (int step = 0; step < STEPS; step++) {
        sequence.step();
      }
      sequence.finish();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "seed " + seed + ", after\n" + String.join("\n", sequence.steps()) + "\n" + e, e);
    }
    System.out.println("seed " + seed + ": " + STEPS + " steps " + sequence.done());
    assertThat(sequence.done()).containsKeys("pass", "pass killed", "purge", "restore", "repair");
  }
}
