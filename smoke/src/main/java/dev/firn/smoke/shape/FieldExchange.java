package dev.firn.smoke.shape;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the rows of one exchange have in common, and its source of random values. */
final class FieldExchange {
  private static final HexFormat HEX = HexFormat.of();

  private final int number;
  private final RandomGenerator random;
  private final byte[] session;
  private final byte[] conversation;
  private byte @Nullable [] message;

  FieldExchange(int number) {
    this.number = number;
    // Seeds that are a multiple of the golden ratio apart would give one sequence, shifted.
    this.random = new SplittableRandom(0x5eed_0000L + number);
    // About twenty exchanges make a session.
    RandomGenerator of = new SplittableRandom(number / 20);
    this.session = uuid(of);
    this.conversation = uuid(of);
  }

  int number() {
    return number;
  }

  RandomGenerator random() {
    return random;
  }

  byte[] session() {
    return session;
  }

  byte[] conversation() {
    return conversation;
  }

  /** Four parts make a message. */
  byte[] message(int row) {
    byte[] current = message;
    if (row % 4 == 0 || current == null) {
      current = uuid(random);
      message = current;
    }
    return current;
  }

  byte[] hex(int bytes) {
    return ascii(HEX.formatHex(random(random, bytes)));
  }

  byte[] base64(int bytes) {
    return Base64.getEncoder().encode(random(random, bytes));
  }

  /** Prose of a length around {@code median}, seldom much longer. */
  byte[] prose(double median, double sigma) {
    return Prose.bytes(random, length(median, sigma));
  }

  int length(double median, double sigma) {
    return (int) Math.min(4 << 20, 1 + median * Math.exp(sigma * random.nextGaussian()));
  }

  static byte[] uuid(RandomGenerator random) {
    String hex = HEX.formatHex(random(random, 16));
    return ascii(
        hex.substring(0, 8)
            + "-"
            + hex.substring(8, 12)
            + "-"
            + hex.substring(12, 16)
            + "-"
            + hex.substring(16, 20)
            + "-"
            + hex.substring(20));
  }

  private static byte[] random(RandomGenerator random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
