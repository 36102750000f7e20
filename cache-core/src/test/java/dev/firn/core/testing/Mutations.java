package dev.firn.core.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Seeded changes to small files and texts: bits, bytes, cuts, zeroes, words, repetitions. */
public final class Mutations {

  /** How many a parser gets: a second of them, or minutes. */
  public static final int ROUNDS = Boolean.getBoolean("firn.soak") ? 1_000_000 : 15_000;

  /** Words that mean something in JSON, or nearly. */
  public static final List<String> JSON =
      List.of(
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
          "-1",
          "0.5",
          "\\ud800",
          "\\u0000",
          "\0",
          "99999999999999999999",
          "\ufeff",
          "{\"a\":",
          "[[",
          "\"\":{}");

  private static final int DEEP = 20_000;

  private final Random random;
  private final List<String> words;

  public Mutations(long seed, List<String> words) {
    this.random = new Random(seed);
    this.words = List.copyOf(words);
  }

  /** One to three changes to the text. */
  public String mutate(String text) {
    return new String(mutate(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  /** One to three changes to the bytes. */
  public byte[] mutate(byte[] bytes) {
    byte[] mutated = bytes;
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      mutated = once(mutated);
    }
    return mutated;
  }

  private byte[] once(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(bytes.length);
    byte[] mutated = bytes.clone();
    switch (random.nextInt(8)) {
      case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutated[at] = (byte) random.nextInt(256);
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> Arrays.fill(mutated, at, Math.min(bytes.length, at + random.nextInt(40)), (byte) 0);
      case 4 -> {
        return splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(20)), "");
      }
      case 5 -> {
        return splice(bytes, at, at, word());
      }
      case 6 -> {
        boolean deep = random.nextInt(200) == 0;
        return splice(bytes, at, at, word().repeat(deep ? DEEP : 1 + random.nextInt(4)));
      }
      default -> {
        int to = Math.min(bytes.length, at + random.nextInt(30));
        String again = new String(bytes, at, to - at, StandardCharsets.ISO_8859_1);
        return splice(bytes, at, at, again);
      }
    }
    return mutated;
  }

  private String word() {
    return words.get(random.nextInt(words.size()));
  }

  private static byte[] splice(byte[] bytes, int from, int to, String by) {
    byte[] inserted = by.getBytes(StandardCharsets.UTF_8);
    byte[] result = Arrays.copyOf(bytes, from + inserted.length + bytes.length - to);
    System.arraycopy(inserted, 0, result, from, inserted.length);
    System.arraycopy(bytes, to, result, from + inserted.length, bytes.length - to);
    return result;
  }
}
