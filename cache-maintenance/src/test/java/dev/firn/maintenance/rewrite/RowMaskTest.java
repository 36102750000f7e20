package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RowMaskTest {
  @Test
  void countsEachPositionOnce() {
    RowMask mask = RowMask.of(5, 1, 5, 3);
    assertThat(mask.cardinality()).isEqualTo(3);
    assertThat(mask.isDropped(1)).isTrue();
    assertThat(mask.isDropped(2)).isFalse();
    assertThat(mask.length()).isEqualTo(6);
  }

  @Test
  void theEmptyMaskDropsNothing() {
    assertThat(RowMask.none().cardinality()).isZero();
    assertThat(RowMask.of()).isSameAs(RowMask.none());
    assertThat(RowMask.none().isDropped(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void twoMasksTogetherDropWhatEitherDrops() {
    RowMask both = RowMask.of(1, 2).or(RowMask.of(2, 9));
    assertThat(both.cardinality()).isEqualTo(3);
    assertThat(both.isDropped(9)).isTrue();
    assertThat(RowMask.none().or(both)).isSameAs(both);
    assertThat(both.or(RowMask.none())).isSameAs(both);
  }

  @Test
  void refusesPositionsThatAreNoRowOfAFile() {
    assertThatThrownBy(() -> RowMask.of(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RowMask.of(1L << 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2147483648");
  }

  @Test
  void refusesAMaskThatIsLongerThanItsFile() {
    assertThatThrownBy(() -> new RewriteInput("f.parquet", MemoryFile.empty(), RowMask.of(3), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 3 of 3 rows")
        .hasMessageContaining("f.parquet");
  }

  @Test
  void countsAndFindsKeptRowsAsCountingOneByOneDoes() {
    long seed = 42;
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      int rows = 1 + random.nextInt(30);
      BitSet dropped = new BitSet();
      for (int i = 0; i < rows; i++) {
        dropped.set(i, random.nextInt(3) < round % 4);
      }
      RowMask mask = RowMask.of(dropped.stream().asLongStream());
      int from = random.nextInt(rows + 1);
      int to = from + random.nextInt(rows - from + 1);
      int count = random.nextInt(rows + 1);
      long kept = 0;
      long after = from;
      long left = count;
      for (int i = from; i < to; i++) {
        kept += dropped.get(i) ? 0 : 1;
        if (left > 0) {
          left -= dropped.get(i) ? 0 : 1;
          after = i + 1;
        }
      }
      String state = "seed " + seed + " round " + round;
      assertThat(mask.keptBetween(from, to)).as(state).isEqualTo(kept);
      assertThat(mask.afterKept(from, to, count)).as(state).isEqualTo(after);
    }
  }
}
