package dev.firn.core.plain;

import java.util.Arrays;

/**
 * Values of Thrift's compact protocol one after the other, in which Parquet keeps footers. Whoever
 * reads a struct is told of each field and takes its value, or goes over it.
 */
final class ThriftInput {
  static final int I32 = 5;
  static final int I64 = 6;
  static final int BINARY = 8;
  static final int LIST = 9;
  static final int STRUCT = 12;

  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int DOUBLE = 7;
  private static final int SET = 10;

  private static final int LONG_LIST = 15;
  private static final int DEEPEST = 32;

  private final byte[] bytes;
  private final int end;
  private int position;
  private int depth;

  ThriftInput(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Takes the value of a field of a struct, all of it. */
  interface FieldReader {
    void read(int field, int type) throws UnusualException;
  }

  /** Takes an element of a list, all of it. */
  interface ElementReader {
    void read(int index) throws UnusualException;
  }

  boolean isAtEnd() {
    return position == end;
  }

  /** Where the next value begins. */
  int position() {
    return position;
  }

  void struct(FieldReader reader) throws UnusualException {
    structAfter(0, reader);
  }

  /**
   * What is left of a struct.
   *
   * @param last the field before
   */
  void structAfter(int last, FieldReader reader) throws UnusualException {
    UnusualException.unless(++depth <= DEEPEST, "too many structs in structs");
    int field = last;
    for (int header = octet(); header != 0; header = octet()) {
      int step = header >> 4;
      field = step == 0 ? (int) number() : field + step;
      UnusualException.unless(field > 0, "a field");
      reader.read(field, header & 0xf);
    }
    depth--;
  }

  /**
   * @return how many elements there were
   */
  int list(int elementType, ElementReader reader) throws UnusualException {
    int header = octet();
    UnusualException.unless((header & 0xf) == elementType, "a list of something else");
    int size = size(header >> 4);
    for (int i = 0; i < size; i++) {
      reader.read(i);
    }
    return size;
  }

  /** A number of 16, 32 or 64 bits. */
  long number() throws UnusualException {
    long value = unsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  byte[] binary() throws UnusualException {
    long length = unsigned();
    skipBytes(length);
    return Arrays.copyOfRange(bytes, position - (int) length, position);
  }

  /** Goes over the value of a field. */
  void skip(int type) throws UnusualException {
    switch (type) {
      case TRUE, FALSE -> {
        // the type is the value
      }
      case BYTE -> skipBytes(1);
      case I16, I32, I64 -> unsigned();
      case DOUBLE -> skipBytes(Double.BYTES);
      case BINARY -> skipBytes(unsigned());
      case LIST, SET -> {
        UnusualException.unless(++depth <= DEEPEST, "too many lists in lists");
        int header = octet();
        int elementType = header & 0xf;
        int size = size(header >> 4);
        for (int i = 0; i < size; i++) {
          skip(elementType == TRUE || elementType == FALSE ? BYTE : elementType);
        }
        depth--;
      }
      case STRUCT -> struct((field, fieldType) -> skip(fieldType));
      default -> throw new UnusualException("a type " + type);
    }
  }

  private int size(int shortSize) throws UnusualException {
    long size = shortSize == LONG_LIST ? unsigned() : shortSize;
    UnusualException.unless(size >= 0 && size <= end - position, "a size");
    return (int) size;
  }

  void skipBytes(long length) throws UnusualException {
    UnusualException.unless(length >= 0 && length <= end - position, "a length");
    position += (int) length;
  }

  private int octet() throws UnusualException {
    UnusualException.unless(position < end, "the end");
    return bytes[position++] & 0xff;
  }

  private long unsigned() throws UnusualException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      UnusualException.unless(position < end, "the end");
      byte next = bytes[position++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new UnusualException("a number of more than 64 bits");
  }
}
