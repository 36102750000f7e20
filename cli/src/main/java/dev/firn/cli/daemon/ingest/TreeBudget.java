package dev.firn.cli.daemon.ingest;

/**
 * How much of parsed JSON may be in memory at a time, by an estimate from its bytes: a tree of
 * objects takes many times the text that it came from. Who asks for more than is free waits: it has
 * its body in memory already, and whoever has some of this gives it back when its rows are on the
 * disk.
 */
public final class TreeBudget {
  /** A field with a small value: an entry of a map, a share of its table, a node. */
  private static final int STRUCTURE_BYTES = 100;

  private static final int TEXT_FACTOR = 3;

  private final long limitBytes;
  private long usedBytes;

  public TreeBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /**
   * What the tree of so many bytes of JSON takes: three times the text, and a hundred bytes for
   * each value that stands in an object or array. So {@code {"n":1}} counts 321 bytes and a text of
   * 128 KB 384 KB.
   */
  static long estimate(byte[] json, int start, int end) {
    long structures = 1;
    for (int i = start; i < end; i++) {
      byte b = json[i];
      if (b == ',' || b == '{' || b == '[') {
        structures++;
      }
    }
    return TEXT_FACTOR * (long) (end - start) + STRUCTURE_BYTES * structures;
  }

  /**
   * Waits for so many bytes, or for all there are if they are fewer.
   *
   * @return what was taken
   */
  public synchronized long take(long bytes) throws InterruptedException {
    long wanted = Math.min(bytes, limitBytes);
    while (wanted > limitBytes - usedBytes) {
      wait();
    }
    usedBytes += wanted;
    return wanted;
  }

  public synchronized void give(long bytes) {
    usedBytes -= bytes;
    notifyAll();
  }
}
