package dev.firn.cli.failure;

/** The user asked for something that cannot be: the message says what, and what to do instead. */
public class UsageException extends RuntimeException {
  public UsageException(String message) {
    super(message);
  }
}
