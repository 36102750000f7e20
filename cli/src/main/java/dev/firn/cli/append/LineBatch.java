package dev.firn.cli.append;

import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import java.util.Arrays;

/**
 * Lines on their way into one exchange, each one object. They lie in one buffer with a byte of room
 * before, between and behind them, so that any run of them becomes a JSON array in place.
 */
final class LineBatch {
  private static final int KEPT_BYTES = 4 << 20;

  private byte[] buffer = new byte[1 << 16];
  private int used = 1;
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private long[] numbers = new long[64];
  private int size;

  int size() {
    return size;
  }

  /** Bytes of the lines from one index up to another. */
  long bytes(int from, int to) {
    return from == to ? 0 : ends[to - 1] - starts[from] - (to - from - 1L);
  }

  /** The number that a line has where it is from. */
  long number(int index) {
    return numbers[index];
  }

  /** Copies a line of which {@link JsonLine#isOneObject} is true. */
  void add(byte[] bytes, int start, int length, long number) {
    if (used + length + 1 > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, used + length + 1));
    }
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
      numbers = Arrays.copyOf(numbers, size * 2);
    }
    System.arraycopy(bytes, start, buffer, used, length);
    starts[size] = used;
    ends[size] = used + length;
    numbers[size] = number;
    size++;
    used += length + 1;
  }

  /** The lines from one index up to another as one exchange. */
  JsonExchange parse(int from, int to) throws NotAnExchangeException {
    if (to - from == 1) {
      return JsonExchange.parse(buffer, starts[from], ends[from] - starts[from]);
    }
    for (int i = from + 1; i < to; i++) {
      buffer[starts[i] - 1] = ',';
    }
    buffer[starts[from] - 1] = '[';
    buffer[ends[to - 1]] = ']';
    return JsonExchange.parse(buffer, starts[from] - 1, ends[to - 1] - starts[from] + 2);
  }

  /** Takes a line out. */
  void remove(int index) {
    int after = size - index - 1;
    if (after > 0) {
      int moved = starts[index + 1] - starts[index];
      System.arraycopy(
          buffer, starts[index + 1], buffer, starts[index], ends[size - 1] - starts[index + 1]);
      for (int i = index; i < size - 1; i++) {
        starts[i] = starts[i + 1] - moved;
        ends[i] = ends[i + 1] - moved;
        numbers[i] = numbers[i + 1];
      }
    }
    size--;
    used = size == 0 ? 1 : ends[size - 1] + 1;
  }

  void clear() {
    size = 0;
    used = 1;
    if (buffer.length > KEPT_BYTES) {
      buffer = new byte[1 << 16];
    }
  }
}
