package dev.firn.maintenance.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.maintenance.duplicates.SeenKeys.Place;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeenKeysTest {
  private static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  @Test
  void everyKeyIsInOnePartAndNoPartTakesMoreThanItMay() {
    long maxBytes = 100 * (SeenKeys.ENTRY_BYTES + Long.BYTES);
    Set<Long> repeated = new HashSet<>();
    SeenKeys seen = SeenKeys.first(maxBytes);
    int parts = 0;
    while (true) {
      parts++;
      for (int i = 0; i < 6_000; i++) {
        if (seen.put(key(i % 3_000), new Place(0, i), false) != null) {
          repeated.add(i % 3_000L);
        }
        assertThat(seen.bytes()).isLessThanOrEqualTo(maxBytes);
      }
      if (seen.isLast()) {
        break;
      }
      seen = seen.next();
    }
    assertThat(repeated).hasSize(3_000);
    assertThat(parts).isBetween(30, 70);
  }

  @Test
  void aKeyThatIsLargerThanAllMayBeIsHeldAlone() {
    SeenKeys seen = SeenKeys.first(10);
    assertThat(seen.put(new byte[100], new Place(0, 0), false)).isNull();
    assertThat(seen.put(new byte[100], new Place(0, 1), false)).isEqualTo(new Place(0, 0));
    assertThat(seen.isLast()).isTrue();
  }

  @Test
  void theFirstOrTheLastPlaceIsKept() {
    SeenKeys first = SeenKeys.first(1000);
    SeenKeys last = SeenKeys.first(1000);
    for (int i = 0; i < 3; i++) {
      first.put(key(7), new Place(i, 0), false);
      last.put(key(7), new Place(i, 0), true);
    }
    assertThat(first.put(key(7), new Place(9, 9), false)).isEqualTo(new Place(0, 0));
    assertThat(last.put(key(7), new Place(9, 9), true)).isEqualTo(new Place(2, 0));
  }

  @Test
  void whatIsFoundInPartsIsWhatIsFoundAtOnce() {
    for (int seed = 1; seed <= 30; seed++) {
      Random random = new Random(seed);
      List<byte[]> keys = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        keys.add(key(random.nextInt(120)));
      }
      for (boolean last : new boolean[] {false, true}) {
        assertThat(duplicates(keys, 2_000, last))
            .as("seed %s", seed)
            .isEqualTo(duplicates(keys, 1 << 30, last));
      }
    }
  }

  private static Set<Integer> duplicates(List<byte[]> keys, long maxBytes, boolean last) {
    Set<Integer> duplicates = new HashSet<>();
    SeenKeys seen = SeenKeys.first(maxBytes);
    while (true) {
      for (int i = 0; i < keys.size(); i++) {
        Place before = seen.put(keys.get(i), new Place(0, i), last);
        if (before != null) {
          duplicates.add(last ? before.row() : i);
        }
      }
      if (seen.isLast()) {
        return duplicates;
      }
      seen = seen.next();
    }
  }
}
