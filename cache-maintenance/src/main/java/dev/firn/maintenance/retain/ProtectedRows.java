package dev.firn.maintenance.retain;

import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are protected where a key decides: the newest row of a key, by event time and then in
 * the order of landing, protects all rows of that key or none. A row without a key is judged by
 * itself.
 *
 * <p>Keys are compared themselves, not their hashes. About {@code maxBytes} of them are in memory
 * at a time (I7): more are gone through in portions by the range of their hash, and the files are
 * read again for each portion. Beside them, one bit for each row of a file that may go.
 */
final class ProtectedRows {
  static final long MAX_BYTES = 64L << 20;

  /** What a key takes besides its characters: two objects, an entry, a slot. */
  private static final long BYTES_A_KEY = 160;

  private static final int MAX_PORTIONS = 1 << 20;

  private final Disk disk;
  private final List<RetainedFile> files;
  private final long before;
  private final long maxBytes;
  private final Map<RetainedFile, BitSet> rows = new IdentityHashMap<>();

  /** The newest row of a key so far. */
  private static final class Newest {
    private long time = Long.MIN_VALUE;
    private boolean isProtected;
  }

  private ProtectedRows(Disk disk, List<RetainedFile> files, long before, long maxBytes) {
    this.disk = disk;
    this.files = files;
    this.before = before;
    this.maxBytes = maxBytes;
  }

  /**
   * @param files all of the dataset, in the order in which their rows landed
   * @param before only rows with a time before this, in microseconds, are asked for
   * @return protected rows of files that hold such rows
   */
  static Map<RetainedFile, BitSet> find(
      Disk disk, List<RetainedFile> files, long before, long maxBytes) throws IOException {
    return new ProtectedRows(disk, files, before, maxBytes).find();
  }

  private Map<RetainedFile, BitSet> find() throws IOException {
    List<RetainedFile> asked = files.stream().filter(f -> f.times().min() < before).toList();
    int portions = 1;
    for (int portion = 0; portion < portions; ) {
      Map<Object, Newest> keys = keys(asked, portion, portions);
      if (keys == null) {
        if (portions >= MAX_PORTIONS) {
          throw new IOException("keys are too large to be compared in " + maxBytes + " bytes");
        }
        portions *= 2;
        portion = 0;
        continue;
      }
      if (!keys.isEmpty()) {
        findNewest(keys);
        mark(asked, keys);
      }
      portion++;
    }
    markSingles(asked);
    return rows;
  }

  /** Null if they are too many for one portion. */
  private @Nullable Map<Object, Newest> keys(List<RetainedFile> asked, int portion, int portions)
      throws IOException {
    Map<Object, Newest> keys = new HashMap<>();
    long[] bytes = {0};
    for (RetainedFile file : asked) {
      file.table()
          .forEach(
              disk,
              file,
              (position, time, isProtected, key) -> {
                if (key != null
                    && isAsked(time)
                    && isIn(key, portion, portions)
                    && bytes[0] <= maxBytes
                    && keys.putIfAbsent(key, new Newest()) == null) {
                  bytes[0] += BYTES_A_KEY + 2L * key.toString().length();
                }
              });
      if (bytes[0] > maxBytes && keys.size() > 1) {
        return null;
      }
    }
    return keys;
  }

  private void findNewest(Map<Object, Newest> keys) throws IOException {
    for (RetainedFile file : files) {
      file.table()
          .forEach(
              disk,
              file,
              (position, time, isProtected, key) -> {
                Newest newest = key == null ? null : keys.get(key);
                if (newest != null && time >= newest.time) {
                  newest.time = time;
                  newest.isProtected = isProtected;
                }
              });
    }
  }

  private void mark(List<RetainedFile> asked, Map<Object, Newest> keys) throws IOException {
    for (RetainedFile file : asked) {
      BitSet found = rows.computeIfAbsent(file, f -> new BitSet());
      file.table()
          .forEach(
              disk,
              file,
              (position, time, isProtected, key) -> {
                Newest newest = key == null || !isAsked(time) ? null : keys.get(key);
                if (newest != null && newest.isProtected) {
                  found.set(position);
                }
              });
    }
  }

  private void markSingles(List<RetainedFile> asked) throws IOException {
    for (RetainedFile file : asked) {
      BitSet found = rows.computeIfAbsent(file, f -> new BitSet());
      file.table()
          .forEach(
              disk,
              file,
              (position, time, isProtected, key) -> {
                if (key == null && isProtected && isAsked(time)) {
                  found.set(position);
                }
              });
    }
  }

  private boolean isAsked(long time) {
    return time != EventTime.NONE && time < before;
  }

  private static boolean isIn(Object key, int portion, int portions) {
    int spread = key.hashCode() * 0x9E3779B9;
    return Integer.remainderUnsigned(spread ^ spread >>> 15, portions) == portion;
  }
}
