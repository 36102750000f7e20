package dev.firn.core.plain;

/**
 * Numbers of a few bits in Parquet's hybrid of runs and packed bits, one after the other: levels of
 * definition, and places in a dictionary.
 */
final class HybridRuns {
  private static final int LARGEST_WIDTH = 24;

  private final byte[] bytes;
  private final int end;
  private final int width;
  private int position;
  private long left; // of the run that is being read
  private boolean packed;
  private int repeated;
  private int bit; // of packed numbers the next one's first, from position on

  /**
   * @param width of a number in bits
   */
  HybridRuns(byte[] bytes, int start, int end, int width) throws UnusualException {
    UnusualException.unless(width >= 0 && width <= LARGEST_WIDTH, "a width");
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.width = width;
  }

  int next() throws UnusualException {
    if (left == 0) {
      begin();
    }
    left--;
    if (!packed) {
      return repeated;
    }
    int number = 0;
    for (int i = 0; i < width; i++, bit++) {
      number |= (bytes[position + (bit >> 3)] >> (bit & 7) & 1) << i;
    }
    if (left == 0) {
      position += bit >> 3;
    }
    return number;
  }

  private void begin() throws UnusualException {
    long header = 0;
    for (int shift = 0; ; shift += 7) {
      UnusualException.unless(position < end && shift < Integer.SIZE, "a run");
      byte next = bytes[position++];
      header |= (next & 0x7FL) << shift;
      if (next >= 0) {
        break;
      }
    }
    packed = (header & 1) == 1;
    long count = header >>> 1;
    UnusualException.unless(count > 0, "an empty run");
    if (packed) {
      UnusualException.unless(count * width <= end - position, "packed numbers");
      left = count * Byte.SIZE;
      bit = 0;
    } else {
      int length = (width + Byte.SIZE - 1) / Byte.SIZE;
      UnusualException.unless(length <= end - position, "a run's number");
      repeated = 0;
      for (int i = 0; i < length; i++) {
        repeated |= (bytes[position++] & 0xff) << i * Byte.SIZE;
      }
      left = count;
    }
  }
}
