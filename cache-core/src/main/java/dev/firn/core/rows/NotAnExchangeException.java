package dev.firn.core.rows;

/** The bytes are no exchange: no JSON, or JSON that holds no rows. The message says where. */
public final class NotAnExchangeException extends Exception {
  NotAnExchangeException(String message) {
    super(message);
  }
}
