package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;

final class ByInstanceTest {
  private static Binary slice(byte[] page, int start) {
    return Binary.fromConstantByteArray(page, start, 1);
  }

  @Test
  void valuesAreKnownByInstanceUntilThePagesThatHoldThemAreTooLarge() {
    ByInstance<String> known = new ByInstance<>(100);
    byte[] page = new byte[60];
    Binary first = slice(page, 0);
    Binary second = slice(page, 1);
    known.put(first, "first");
    known.put(second, "second");
    assertThat(known.find(first)).isEqualTo("first");
    assertThat(known.find(second)).isEqualTo("second");
    assertThat(known.find(slice(page, 0))).as("equal, another instance").isNull();

    Binary third = slice(new byte[41], 0);
    known.put(third, "third");
    assertThat(known.find(first)).isNull();
    assertThat(known.find(third)).isEqualTo("third");
  }

  @Test
  void oneDictionaryIsKnownHoweverLarge() {
    ByInstance<Integer> known = new ByInstance<>(100);
    byte[] page = new byte[1000];
    Binary[] values = new Binary[10];
    for (int i = 0; i < values.length; i++) {
      values[i] = slice(page, i);
      known.put(values[i], i);
    }
    for (int i = 0; i < values.length; i++) {
      assertThat(known.find(values[i])).isEqualTo(i);
    }
  }
}
