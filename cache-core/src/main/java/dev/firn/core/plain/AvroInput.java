package dev.firn.core.plain;

import java.nio.charset.StandardCharsets;

/** Values of Avro's binary encoding one after the other; past the end is a runtime exception. */
final class AvroInput {
  private final byte[] bytes;
  private final int end;
  private int position;

  AvroInput(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  int position() {
    return position;
  }

  boolean isAtEnd() {
    return position == end;
  }

  byte[] bytes() {
    return bytes;
  }

  /** A zigzag number of variable length. */
  long number() throws UnusualException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      UnusualException.unless(position < end, "the end");
      byte next = bytes[position++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new UnusualException("a number of more than 64 bits");
  }

  /** A number that an int holds. */
  int small() throws UnusualException {
    long number = number();
    UnusualException.unless(number == (int) number, "a number of more than 32 bits");
    return (int) number;
  }

  /** Goes over this many bytes, and says where they began. */
  int skip(long length) throws UnusualException {
    UnusualException.unless(length >= 0 && length <= end - position, "a length");
    int start = position;
    position += (int) length;
    return start;
  }

  String text() throws UnusualException {
    long length = number();
    return new String(bytes, skip(length), (int) length, StandardCharsets.UTF_8);
  }

  /** Which branch of a union of null and something; true if it is the something. */
  boolean isThere() throws UnusualException {
    long branch = number();
    UnusualException.unless(branch == 0 || branch == 1, "a branch");
    return branch == 1;
  }
}
