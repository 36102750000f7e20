package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences of what may happen to a cache, against a model in memory. A failure names the
 * seed and the steps that led to it.
 */
class RandomSequencesTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int STEPS = SOAK ? 3_000 : 100;

  @TempDir Path directory;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, SOAK ? 20 : 2);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void cacheHoldsWhatTheModelHoldsWhateverHappens(long seed) throws Exception {
    Path root = directory.resolve("cache" + seed);
    RandomSequence sequence =
        new RandomSequence(root, Files.createDirectory(directory.resolve("side" + seed)), seed);
    Map<String, Integer> done = new TreeMap<>();
    try {
      for (int step = 0; step < STEPS; step++) {
        done.merge(sequence.step(), 1, Integer::sum);
      }
      sequence.finish();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "seed " + seed + ", after\n" + String.join("\n", sequence.steps()) + "\n" + e, e);
    }
    System.out.println("seed " + seed + ": " + STEPS + " steps " + done + ", " + sequence.rows());
    assertThat(done).hasSizeGreaterThan(8);
  }
}
