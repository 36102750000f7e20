package dev.firn.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.firn.core.CacheException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a cursor's bytes, it is a cursor or a {@link CacheException}. */
class CursorMutationTest {
  private static final List<String> GOLDEN =
      List.of(
          "field-source-table",
          "field-epoch",
          "field-compaction",
          "field-retention",
          "firn-v1-source-table",
          "firn-v1-epoch");
  private static final String[] TOKENS = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "null",
    "true",
    "-",
    "1e999",
    "\\ud800",
    "\\u0000",
    "\0",
    "99999999999999999999",
    "\"version\":1,",
    "\"epoch\":2,",
    "\"tableDir\":\"table-7\",",
    "\ufeff"
  };

  @Test
  void noMutationEverThrowsAnythingButACacheException() {
    long seed = 1795319052415L;
    Random random = new Random(seed);
    for (int i = 0; i < 40_000; i++) {
      byte[] bytes = GoldenCursors.bytes("valid/" + GOLDEN.get(i % GOLDEN.size()) + ".json");
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        bytes = mutate(bytes, random);
      }
      try {
        CursorCodec.parse(GoldenCursors.FILE, bytes);
      } catch (CacheException e) {
        assertThat(e).hasMessageStartingWith(GoldenCursors.FILE + ": ");
      } catch (RuntimeException | Error e) {
        fail(
            "seed %d, mutation %d: %s"
                .formatted(seed, i, new String(bytes, StandardCharsets.UTF_8)),
            e);
      }
    }
  }

  private static byte[] mutate(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(bytes.length);
    byte[] mutated = bytes.clone();
    switch (random.nextInt(7)) {
      case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutated[at] = (byte) random.nextInt(256);
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> Arrays.fill(mutated, at, Math.min(bytes.length, at + random.nextInt(40)), (byte) 0);
      case 4 -> {
        return splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(20)), new byte[0]);
      }
      case 5 -> {
        String token = TOKENS[random.nextInt(TOKENS.length)];
        return splice(bytes, at, at, token.getBytes(StandardCharsets.UTF_8));
      }
      default -> {
        int to = Math.min(bytes.length, at + random.nextInt(30));
        return splice(bytes, at, at, Arrays.copyOfRange(bytes, at, to));
      }
    }
    return mutated;
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] by) {
    byte[] result = Arrays.copyOf(bytes, from + by.length + bytes.length - to);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
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
      int end = new String(golden, StandardCharsets.UTF_8).lastIndexOf('}');
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
