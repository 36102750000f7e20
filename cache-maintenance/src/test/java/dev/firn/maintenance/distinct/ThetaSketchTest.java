package dev.firn.maintenance.distinct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.theta.CompactSketch;
import org.apache.datasketches.theta.HashIterator;
import org.apache.datasketches.theta.SetOperation;
import org.apache.datasketches.theta.Union;
import org.apache.datasketches.theta.UpdateSketch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against Apache DataSketches, whose memory module refuses to run on later versions. */
@EnabledForJreRange(max = JRE.JAVA_21)
class ThetaSketchTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 12, 13, 24, 1000, 4096, 6144})
  void asLongAsEveryHashFitsTheBytesAreThoseOfTheLibrary(int values) {
    ThetaSketch sketch = new ThetaSketch();
    UpdateSketch library = UpdateSketch.builder().build();
    for (int i = 0; i < 3 * values; i++) {
      byte[] bytes = bytes(i % values);
      sketch.add(bytes, 0, bytes.length);
      library.update(bytes);
    }

    assertThat(sketch.isExact()).isTrue();
    assertThat(sketch.estimate()).isEqualTo(values);
    assertThat(sketch.format()).isEqualTo(library.compact().toByteArray());
    assertThat(ThetaSketch.parse(sketch.format()).orElseThrow().format())
        .isEqualTo(sketch.format());
  }

  @Test
  void anEmptyValueIsNoneAsInTheLibrary() {
    ThetaSketch sketch = new ThetaSketch();
    sketch.add(new byte[3], 1, 0);
    UpdateSketch library = UpdateSketch.builder().build();
    library.update(new byte[0]);

    assertThat(sketch.format()).isEqualTo(library.compact().toByteArray());
  }

  @Test
  void valuesOfEveryLengthHashAsInTheLibrary() {
    ThetaSketch sketch = new ThetaSketch();
    UpdateSketch library = UpdateSketch.builder().build();
    Random random = new Random(1);
    for (int length = 1; length < 300; length++) {
      byte[] padded = new byte[length + 7];
      random.nextBytes(padded);
      byte[] bytes = Arrays.copyOfRange(padded, 5, 5 + length);
      sketch.add(padded, 5, length);
      library.update(bytes);
    }

    assertThat(sketch.format()).isEqualTo(library.compact().toByteArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {6145, 10_000, 100_000, 1_000_000})
  void ofMoreValuesTheLibraryReadsTheSameEstimate(int values) {
    ThetaSketch sketch = of(0, values);

    CompactSketch read = library(sketch);
    assertThat(sketch.isExact()).isFalse();
    assertThat(sketch.entries()).isBetween(4096, 6144);
    assertThat(read.getRetainedEntries(true)).isEqualTo(sketch.entries());
    assertThat(sketch.estimate()).isEqualTo(Math.round(read.getEstimate()));
    assertThat((double) sketch.estimate()).isCloseTo(values, within(4.0 * values / 64));
    assertThat(ThetaSketch.parse(sketch.format()).orElseThrow().format())
        .isEqualTo(sketch.format());
  }

  @Test
  void aUnionIsTheSketchOfAllValues() {
    ThetaSketch union = new ThetaSketch();
    Union library = SetOperation.builder().buildUnion();
    int[] sizes = {100_000, 3, 20_000, 0, 9000};
    for (int size : sizes) {
      ThetaSketch part = of(40_000, size);
      union.addAll(part);
      library.union(library(part));
    }

    assertThat(union.format()).isEqualTo(smallest(of(40_000, 100_000), union.entries()));
    assertThat((double) union.estimate())
        .isCloseTo(library.getResult().getEstimate(), within(4.0 * 100_000 / 64));
  }

  @Test
  void whatIsKeptOfItIsTheSmallestHashes() {
    ThetaSketch all = of(0, 5000);
    ThetaSketch few = of(0, 5000);
    few.keep(100);

    CompactSketch read = library(few);
    HashIterator hashes = library(all).iterator();
    int below = 0;
    while (hashes.next()) {
      below += hashes.get() < read.getThetaLong() ? 1 : 0;
    }
    assertThat(read.getRetainedEntries(true)).isEqualTo(100).isEqualTo(below);
    assertThat((double) few.estimate()).isCloseTo(5000, within(4.0 * 5000 / 10));
  }

  /** A table must not tell of more than it says. */
  @Test
  void anyByteThatChangedIsFoundOrChangesNothing() {
    for (int values : new int[] {0, 1, 2, 8000}) {
      byte[] formatted = of(0, values).format();
      for (int i = 0; i < Math.min(formatted.length, 40); i++) {
        byte[] damaged = formatted.clone();
        damaged[i] ^= 0x40;
        ThetaSketch.parse(damaged)
            .ifPresent(sketch -> assertThat(sketch.format()).isEqualTo(damaged));
      }
      for (int length = 0; length < Math.min(formatted.length, 40); length++) {
        assertThat(ThetaSketch.parse(Arrays.copyOf(formatted, length))).isEmpty();
      }
    }
  }

  private static byte[] smallest(ThetaSketch sketch, int entries) {
    sketch.keep(entries);
    return sketch.format();
  }

  private static CompactSketch library(ThetaSketch sketch) {
    return CompactSketch.wrap(Memory.wrap(sketch.format()));
  }

  private static ThetaSketch of(int from, int values) {
    ThetaSketch sketch = new ThetaSketch();
    for (int i = 0; i < values; i++) {
      byte[] bytes = bytes(from + i);
      sketch.add(bytes, 0, bytes.length);
    }
    return sketch;
  }

  private static byte[] bytes(int value) {
    return ("value " + value).getBytes(StandardCharsets.UTF_8);
  }
}
