package dev.firn.cli.append;

/**
 * When lines make an exchange.
 *
 * @param lines so many at most
 * @param bytes so many bytes of lines at most, but for a single line that is longer
 * @param waits false if those that have arrived make one when no more are there
 */
record ExchangeSize(int lines, long bytes, boolean waits) {
  /** No line and no gathered exchange is longer, whatever was asked for. */
  static final int LONGEST_BYTES = 256 << 20;

  private static final long KEYED_BYTES = 16 << 20;
  private static final int LINES = 1000;
  private static final long BYTES = 1 << 20;

  /** Of a file. */
  static ExchangeSize ofFile() {
    return new ExchangeSize(LINES, BYTES, true);
  }

  /** Of what arrives over time. */
  static ExchangeSize ofPipe() {
    return new ExchangeSize(LINES, BYTES, false);
  }

  /** Of all there is, which has one key. */
  static ExchangeSize ofKey() {
    return new ExchangeSize(Integer.MAX_VALUE, KEYED_BYTES, true);
  }

  /** Of so many lines, wherever they are from. */
  static ExchangeSize ofLines(int lines) {
    return new ExchangeSize(lines, LONGEST_BYTES, true);
  }
}
