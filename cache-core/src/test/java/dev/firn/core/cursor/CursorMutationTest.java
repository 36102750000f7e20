package dev.firn.core.cursor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.firn.core.CacheException;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Layout;
import dev.firn.core.testing.Mutations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a cursor's bytes, it is a cursor or a {@link CacheException}. */
class CursorMutationTest {
  private static final long SEED = 1795319052415L;
  private static final List<String> GOLDEN =
      List.of(
          "field-source-table",
          "field-epoch",
          "field-compaction",
          "field-retention",
          "firn-v1-source-table",
          "firn-v1-epoch");

  @Test
  void noMutationEverThrowsAnythingButACacheException() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String file : GOLDEN) {
      seeds.add(GoldenCursors.bytes("valid/" + file + ".json"));
    }
    seeds.add(CursorCodec.formatFirst(new GenerationName(Layout.SOURCE_TABLE, 7), new UUID(1, 2)));
    seeds.add("{\"epoch\": 3, \"rowCount\": 9, \"retention\": {\"a\": [1, {}]}}".getBytes(UTF_8));
    List<String> words = new ArrayList<>(Mutations.JSON);
    words.addAll(
        List.of("\"version\":1,", "\"epoch\":2,", "\"tableDir\":\"table-7\",", "\"compaction\":{"));
    Mutations mutations = new Mutations(SEED, words);
    for (int i = 0; i < Mutations.ROUNDS; i++) {
      byte[] bytes = mutations.mutate(seeds.get(i % seeds.size()));
      try {
        CursorCodec.parse(GoldenCursors.FILE, bytes);
      } catch (CacheException e) {
        assertThat(e).hasMessageStartingWith(GoldenCursors.FILE + ": ");
      } catch (RuntimeException | Error e) {
        fail("seed %d, mutation %d: %s".formatted(SEED, i, new String(bytes, UTF_8)), e);
      }
    }
  }

  /** Every single bit of the whole file, which the covered fields are part of. */
  @ParameterizedTest
  @ValueSource(strings = {"firn-v1-source-table", "firn-v1-epoch"})
  void noFlippedBitMakesAChecksummedCursorNameAnotherGeneration(String file) throws IOException {
    byte[] golden = GoldenCursors.bytes("valid/" + file + ".json");
    Cursor before = CursorCodec.parse(GoldenCursors.FILE, golden);
    int detected = 0;
    for (int bit = 0; bit < golden.length * 8; bit++) {
      byte[] flipped = golden.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        Cursor after = CursorCodec.parse(GoldenCursors.FILE, flipped);
        assertThat(after.live()).as("bit %d", bit).isEqualTo(before.live());
        assertThat(after.compaction()).as("bit %d", bit).isEqualTo(before.compaction());
        assertThat(after.origin()).as("bit %d", bit).isEqualTo(Cursor.Origin.FIRN);
      } catch (CacheException e) {
        detected++;
      }
    }
    assertThat(detected).isGreaterThan(golden.length * 8 / 2);
  }

  @Test
  void aCursorCutAnywhereIsNeverValid() throws IOException {
    for (String file : GOLDEN) {
      byte[] golden = GoldenCursors.bytes("valid/" + file + ".json");
      int end = new String(golden, UTF_8).lastIndexOf('}');
      for (int length = 0; length <= end; length++) {
        byte[] cut = Arrays.copyOf(golden, length);
        byte[] zeroed = Arrays.copyOf(cut, golden.length);
        assertThat(isValid(cut)).as("%s cut to %d", file, length).isFalse();
        assertThat(isValid(zeroed)).as("%s zeroed from %d", file, length).isFalse();
      }
    }
  }

  private static boolean isValid(byte[] bytes) {
    try {
      CursorCodec.parse(GoldenCursors.FILE, bytes);
      return true;
    } catch (CacheException e) {
      return false;
    }
  }
}
