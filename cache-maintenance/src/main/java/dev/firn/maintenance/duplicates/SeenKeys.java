package dev.firn.maintenance.duplicates;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each key of a part of all keys was seen: of those whose hash lies between two bounds.
 *
 * <p>A part begins with all hashes that are left. When it takes more than its bytes, its upper half
 * is forgotten and left to a later part: so the parts are as large as there is room for, however
 * many keys there are, and no number of rows has to be known before. Keys are compared as a whole;
 * the hash only says which part one belongs to. One key is held however large.
 */
final class SeenKeys {
  private static final Hasher64 HASHER = Hashing.xxh3_64();

  /** A key, its place, and the entry of both in the table. */
  static final int ENTRY_BYTES = 160;

  private final Map<Key, Place> places = new HashMap<>();
  private final long maxBytes;
  private final long from;
  private long last = -1;
  private long bytes;

  private SeenKeys(long maxBytes, long from) {
    this.maxBytes = maxBytes;
    this.from = from;
  }

  /** A row of one of the files. */
  record Place(int file, int row) {}

  private record Key(long hash, byte[] value) {
    @Override
    public int hashCode() {
      return Long.hashCode(hash);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && hash == key.hash && Arrays.equals(value, key.value);
    }

    long bytes() {
      return ENTRY_BYTES + (long) value.length;
    }
  }

  /** The first part, for which all rows are to be read. */
  static SeenKeys first(long maxBytes) {
    return new SeenKeys(maxBytes, 0);
  }

  /** The part behind this one, for which all rows are to be read again. */
  SeenKeys next() {
    return new SeenKeys(maxBytes, last + 1);
  }

  /** Whether there is no key behind this part. */
  boolean isLast() {
    return last == -1;
  }

  /** About the memory that it takes. */
  long bytes() {
    return bytes;
  }

  /**
   * Where the key was seen before; null if it was not, or belongs to another part.
   *
   * @param replace whether this is its place from now on, where it was seen before
   */
  @Nullable Place put(byte[] value, Place place, boolean replace) {
    long hash = HASHER.hashBytesToLong(value);
    if (!covers(hash)) {
      return null;
    }
    Key key = new Key(hash, value);
    @Nullable Place before = places.get(key);
    if (before == null || replace) {
      places.put(key, place);
    }
    if (before == null) {
      bytes += key.bytes();
      while (bytes > maxBytes && places.size() > 1 && last != from) {
        halve();
      }
    }
    return before;
  }

  private boolean covers(long hash) {
    return Long.compareUnsigned(hash, from) >= 0 && Long.compareUnsigned(hash, last) <= 0;
  }

  private void halve() {
    last = from + (last - from >>> 1);
    places
        .keySet()
        .removeIf(
            key -> {
              boolean goes = !covers(key.hash());
              bytes -= goes ? key.bytes() : 0;
              return goes;
            });
  }
}
