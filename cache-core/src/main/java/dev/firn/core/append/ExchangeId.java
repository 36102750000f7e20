package dev.firn.core.append;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.UUID;

/**
 * Names an exchange within its partition. Made at random, or given: then it is the first half of
 * the SHA-256 of what the caller calls the exchange, so that a retry has the same one. Which of the
 * two it is shows in the version of the UUID: 4 or 8.
 */
record ExchangeId(UUID value) {
  private static final long VERSION_MASK = 0xF000L;
  private static final long VERSION_8 = 0x8000L;
  private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;
  private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;

  static ExchangeId random() {
    return new ExchangeId(UUID.randomUUID());
  }

  static ExchangeId given(String key) {
    byte[] digest;
    try {
      digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
    ByteBuffer buffer = ByteBuffer.wrap(digest);
    long high = (buffer.getLong() & ~VERSION_MASK) | VERSION_8;
    long low = (buffer.getLong() & ~VARIANT_MASK) | VARIANT_RFC;
    return new ExchangeId(new UUID(high, low));
  }

  /** Inverse of {@link #toString}; empty if it is not the text of an id. */
  static Optional<ExchangeId> parse(String text) {
    try {
      UUID value = UUID.fromString(text);
      return value.toString().equals(text) ? Optional.of(new ExchangeId(value)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** True if a caller gave it, and may come with it again. */
  boolean isGiven() {
    return value.version() == 8;
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
