package dev.firn.cli.daemon.ingest;

import org.jspecify.annotations.Nullable;

/**
 * What came is no list of exchanges.
 *
 * @see #line()
 */
final class BadBodyException extends Exception {
  private final long line;
  private final long column;
  private final @Nullable String value;

  BadBodyException(String message, long line, long column, @Nullable String value) {
    super(message);
    this.line = line;
    this.column = column;
    this.value = value;
  }

  /** From 1; 0 if it is of no line. */
  long line() {
    return line;
  }

  /** In characters, from 1; 0 if it is not known. */
  long column() {
    return column;
  }

  /** What stands there, cut short; null if it is not known. */
  @Nullable String value() {
    return value;
  }
}
