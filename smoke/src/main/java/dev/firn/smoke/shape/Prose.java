package dev.firn.smoke.shape;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Text that compresses like what people and models write: words of a vocabulary, few of them often
 * and most of them seldom, with sentences, lines, paths and numbers.
 */
final class Prose {
  private static final int WORDS = 4_000;
  private static final String[] SYLLABLES = {
    "con", "ver", "ta", "li", "mo", "re", "sub", "ti", "on", "er", "pa", "lu", "fen", "gor", "ist",
    "ab", "el", "du", "nor", "cy", "quo", "ve", "ra", "min", "os", "tra", "um", "ke", "zi", "pho"
  };

  /** In so many words one phrase that stood there before. */
  private static final int PHRASE_EVERY = 14;

  private static final byte[][] VOCABULARY = vocabulary();

  private Prose() {}

  private static byte[][] vocabulary() {
    RandomGenerator random = new SplittableRandom(7);
    byte[][] words = new byte[WORDS][];
    for (int i = 0; i < WORDS; i++) {
      StringBuilder word = new StringBuilder();
      // Like in a language, the words that are used most are the short ones.
      int syllables = 1 + random.nextInt(i < 200 ? 2 : 4);
      for (int s = 0; s < syllables; s++) {
        word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
      }
      words[i] = word.toString().getBytes(StandardCharsets.US_ASCII);
    }
    return words;
  }

  /** So many bytes of it, all ASCII. */
  static byte[] bytes(RandomGenerator random, int length) {
    byte[] text = new byte[length];
    int at = 0;
    int sinceLine = 0;
    while (at < length) {
      if (at > 200 && random.nextInt(PHRASE_EVERY) == 0) {
        int from = random.nextInt(at - 100);
        at = append(text, at, Arrays.copyOfRange(text, from, from + 20 + random.nextInt(60)));
      } else {
        at = append(text, at, word(random));
      }
      sinceLine++;
      if (random.nextInt(10) == 0) {
        at = append(text, at, number(random));
      }
      if (sinceLine > 12 && random.nextInt(6) == 0) {
        at = append(text, at, END_OF_LINE);
        sinceLine = 0;
      } else if (at < length) {
        text[at++] = ' ';
      }
    }
    return text;
  }

  private static final byte[] END_OF_LINE = {'.', '\n'};

  private static byte[] word(RandomGenerator random) {
    double u = random.nextDouble();
    return VOCABULARY[(int) (WORDS * u * u * u * u * u)];
  }

  private static byte[] number(RandomGenerator random) {
    String number =
        switch (random.nextInt(3)) {
          case 0 -> ", " + random.nextInt(100_000);
          case 1 -> " 0x" + Integer.toHexString(random.nextInt());
          default -> "/" + new String(word(random), StandardCharsets.US_ASCII) + ".ts:42";
        };
    return number.getBytes(StandardCharsets.US_ASCII);
  }

  private static int append(byte[] text, int at, byte[] part) {
    int length = Math.min(part.length, text.length - at);
    System.arraycopy(part, 0, text, at, length);
    return at + length;
  }
}
