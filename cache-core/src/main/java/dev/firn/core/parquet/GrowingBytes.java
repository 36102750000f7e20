package dev.firn.core.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes being put one after the other, numbers in little endian. Kept and used again. */
final class GrowingBytes {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int INITIAL_BYTES = 256;

  private byte[] array = new byte[INITIAL_BYTES];
  private int size;

  /** Valid up to {@link #size} and until the next call that puts something. */
  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }

  /** Empties it, and gives memory back if it holds more than {@code keptBytes}. */
  void clear(int keptBytes) {
    size = 0;
    if (array.length > keptBytes) {
      array = new byte[INITIAL_BYTES];
    }
  }

  void putByte(int value) {
    room(1);
    array[size++] = (byte) value;
  }

  void putInt(int value) {
    room(Integer.BYTES);
    INT.set(array, size, value);
    size += Integer.BYTES;
  }

  void putLong(long value) {
    room(Long.BYTES);
    LONG.set(array, size, value);
    size += Long.BYTES;
  }

  void put(byte[] from) {
    put(from, 0, from.length);
  }

  void put(byte[] from, int offset, int length) {
    room(length);
    System.arraycopy(from, offset, array, size, length);
    size += length;
  }

  /** Seven bits a byte, the lowest first. */
  void putVarint(long value) {
    room(10);
    long left = value;
    while ((left & ~0x7FL) != 0) {
      array[size++] = (byte) (left & 0x7F | 0x80);
      left >>>= 7;
    }
    array[size++] = (byte) left;
  }

  private void room(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(Math.multiplyExact(array.length, 2), size + more));
    }
  }
}
