package dev.firn.core.rows;

import java.util.OptionalLong;

/** The bytes are no exchange: no JSON, or JSON that holds no rows. The message says where. */
public final class NotAnExchangeException extends Exception {
  private static final long NOWHERE = -1;

  private final long offset;

  NotAnExchangeException(String message) {
    super(message);
    this.offset = NOWHERE;
  }

  NotAnExchangeException(String message, long offset) {
    super(message + " (at byte " + offset + ")");
    this.offset = offset;
  }

  /** The byte, counted from the beginning of what was parsed, at which it shows. */
  public OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }
}
