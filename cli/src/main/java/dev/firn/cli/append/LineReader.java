package dev.firn.cli.append;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits bytes into lines at line feeds; a carriage return before one, and a byte order mark at the
 * very beginning, are no part of a line. Holds one line at a time, in a buffer that is valid until
 * the next call.
 */
final class LineReader implements Closeable {
  private static final int BLOCK_BYTES = 1 << 16;

  /** A buffer that a long line has blown up beyond this is given back. */
  private static final int KEPT_BYTES = 1 << 20;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final int longestBytes;
  private byte[] buffer = new byte[BLOCK_BYTES];
  private int position;
  private int limit;

  /** Up to here there is no line feed after the position. */
  private int scanned;

  private boolean ended;
  private boolean unterminated;
  private int start;
  private int end;
  private boolean tooLong;
  private long number;

  /**
   * @param longestBytes a longer line is passed over, see {@link #isTooLong}
   */
  LineReader(InputStream in, int longestBytes) {
    this.in = in;
    this.longestBytes = longestBytes;
  }

  /** Goes to the next line, waiting for it; false at the end. */
  boolean next() throws IOException {
    tooLong = false;
    while (!findLineFeed()) {
      if (ended) {
        return lastLine();
      }
      if (limit - position > longestBytes) {
        tooLong = true;
        position = limit;
        scanned = limit;
      }
      fill();
    }
    line(scanned);
    position = scanned + 1;
    scanned = position;
    return true;
  }

  /** True if the next line is here already, so that {@link #next} does not wait. */
  boolean hasArrived() throws IOException {
    while (!findLineFeed()) {
      if (ended || limit - position > longestBytes || in.available() <= 0) {
        return false;
      }
      fill();
    }
    return true;
  }

  private boolean findLineFeed() {
    while (scanned < limit) {
      if (buffer[scanned] == '\n') {
        return true;
      }
      scanned++;
    }
    return false;
  }

  private boolean lastLine() {
    if (position == limit && !tooLong) {
      return false;
    }
    line(limit);
    position = limit;
    unterminated = true;
    return true;
  }

  private void line(int lineEnd) {
    number++;
    start = position;
    end = lineEnd > start && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
    if (number == 1
        && end - start >= BYTE_ORDER_MARK.length
        && Arrays.equals(buffer, start, start + BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, 3)) {
      start += BYTE_ORDER_MARK.length;
    }
  }

  private void fill() throws IOException {
    int kept = limit - position;
    if (position > 0 || kept == buffer.length) {
      byte[] target = buffer;
      if (kept == buffer.length) {
        // One byte more than the longest line and its end need is enough to tell.
        target = new byte[(int) Math.min(2L * kept, (long) longestBytes + BLOCK_BYTES)];
      } else if (buffer.length > KEPT_BYTES && kept <= BLOCK_BYTES / 2) {
        target = new byte[BLOCK_BYTES];
      }
      System.arraycopy(buffer, position, target, 0, kept);
      buffer = target;
      scanned -= position;
      position = 0;
      limit = kept;
    }
    int count = in.read(buffer, limit, buffer.length - limit);
    if (count < 0) {
      ended = true;
    } else {
      limit += count;
    }
  }

  /** Where the line's bytes are, from {@link #start}. */
  byte[] buffer() {
    return buffer;
  }

  int start() {
    return start;
  }

  int length() {
    return end - start;
  }

  /** The number of the line, from 1. */
  long number() {
    return number;
  }

  /** True if the line was longer than the longest allowed; nothing of it is in the buffer then. */
  boolean isTooLong() {
    return tooLong;
  }

  /** True if the line ends with the input and not with a line feed. */
  boolean isLast() {
    return unterminated;
  }

  /** True if nothing but white space is in the line. */
  boolean isBlank() {
    for (int i = start; i < end; i++) {
      if (!JsonLine.isSpace(buffer[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
