package dev.firn.cli.daemon.ingest;

import java.util.Arrays;

/**
 * The bytes of a request, with a byte of room before and behind them, so that what is in it can be
 * put into brackets in place.
 */
final class Body {
  private byte[] bytes;
  private int length;

  Body(int capacity) {
    this.bytes = new byte[capacity + 2];
  }

  static Body of(byte[] content) {
    Body body = new Body(content.length);
    System.arraycopy(content, 0, body.bytes, 1, content.length);
    body.length = content.length;
    return body;
  }

  /** Bytes that fit before it has to grow. */
  int capacity() {
    return bytes.length - 2;
  }

  /** Where the content is, from {@link #start} to {@link #end}. */
  byte[] bytes() {
    return bytes;
  }

  int start() {
    return 1;
  }

  int end() {
    return 1 + length;
  }

  int length() {
    return length;
  }

  void grow(int capacity) {
    bytes = Arrays.copyOf(bytes, capacity + 2);
  }

  /** Says that so many bytes were written behind the end. */
  void added(int count) {
    length += count;
  }
}
