package dev.firn.cli.daemon.ingest;

import java.util.Arrays;

/**
 * The bytes of a request, with a byte of room before and behind them, so that what is in it can be
 * put into brackets in place.
 */
public final class Body {
  private byte[] bytes;
  private int length;

  Body(int capacity) {
    this.bytes = new byte[capacity + 2];
  }

  public static Body of(byte[] content) {
    Body body = new Body(content.length);
    System.arraycopy(content, 0, body.bytes, 1, content.length);
    body.length = content.length;
    return body;
  }

  /** Bytes that fit before it has to grow. */
  public int capacity() {
    return bytes.length - 2;
  }

  /** Where the content is, from {@link #start} to {@link #end}. */
  public byte[] bytes() {
    return bytes;
  }

  public int start() {
    return 1;
  }

  public int end() {
    return 1 + length;
  }

  public int length() {
    return length;
  }

  void grow(int capacity) {
    bytes = Arrays.copyOf(bytes, capacity + 2);
  }

  /** Says that so many bytes were written behind the end. */
  public void added(int count) {
    length += count;
  }
}
