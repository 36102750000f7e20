package dev.firn.core.parquet;

import java.nio.charset.StandardCharsets;

/**
 * Writes structs in Thrift's compact protocol, in which Parquet keeps page headers and footers.
 * Fields of a struct are to come in the order of their numbers.
 */
final class CompactThrift {
  static final int I32 = 5;
  static final int BINARY = 8;
  static final int STRUCT = 12;

  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int I16 = 4;
  private static final int I64 = 6;
  private static final int LIST = 9;

  private static final int DEEPEST = 8;
  private static final int SHORT_LIST = 15;

  private final GrowingBytes out;
  private final int[] fields = new int[DEEPEST];
  private int depth;

  CompactThrift(GrowingBytes out) {
    this.out = out;
  }

  /** Begins a struct that is no field: a list's element, or the outermost one. */
  void begin() {
    fields[++depth] = 0;
  }

  /** Begins a struct whose fields up to this one are there already. */
  void beginAfter(int field) {
    fields[++depth] = field;
  }

  void beginField(int field) {
    header(field, STRUCT);
    begin();
  }

  void end() {
    out.putByte(0);
    depth--;
  }

  /** Ends a struct whose last bytes somebody else puts. */
  void leave() {
    depth--;
  }

  void bool(int field, boolean value) {
    header(field, value ? TRUE : FALSE);
  }

  void i16(int field, int value) {
    header(field, I16);
    number(value);
  }

  void i32(int field, int value) {
    header(field, I32);
    number(value);
  }

  void i64(int field, long value) {
    header(field, I64);
    number(value);
  }

  void binary(int field, byte[] value) {
    header(field, BINARY);
    binary(value);
  }

  void text(int field, String value) {
    binary(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Begins a list; as many elements as it says are to follow. */
  void list(int field, int elementType, int elements) {
    header(field, LIST);
    if (elements < SHORT_LIST) {
      out.putByte(elements << 4 | elementType);
    } else {
      out.putByte(0xF0 | elementType);
      out.putVarint(elements);
    }
  }

  /** An element of a list of numbers. */
  void number(long value) {
    out.putVarint(value << 1 ^ value >> 63);
  }

  /** An element of a list of binaries. */
  void binary(byte[] value) {
    out.putVarint(value.length);
    out.put(value);
  }

  private void header(int field, int type) {
    int step = field - fields[depth];
    if (step <= 0 || step > SHORT_LIST) {
      throw new AssertionError("field " + field + " after " + fields[depth]);
    }
    fields[depth] = field;
    out.putByte(step << 4 | type);
  }
}
