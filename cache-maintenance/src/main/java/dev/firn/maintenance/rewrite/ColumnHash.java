package dev.firn.maintenance.rewrite;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A 64-bit hash of a column's entries in their order: repetition level, definition level, value.
 *
 * <p>Each step is a bijection of the state, so that a single changed entry always changes the hash;
 * any other difference goes unnoticed once in 2^64. Entries may arrive in blocks cut anywhere.
 *
 * <p>Binary values are hashed by XXH3. A value of {@value #CACHED_BYTES} bytes or more is
 * remembered by its instance: a dictionary hands out the same instance for each occurrence, so that
 * a text of 128 KB which repeats on a hundred rows is hashed once. It is remembered weakly: it may
 * be a slice of a whole page.
 */
final class ColumnHash {
  private static final Hasher64 HASHER = Hashing.xxh3_64();
  private static final int CACHED_BYTES = 256;
  private static final int CACHE_SLOTS = 64;
  private static final long NULL = 0x9e3779b97f4a7c15L;

  private final List<@Nullable WeakReference<Binary>> cached = new ArrayList<>();
  private final long[] cachedHashes = new long[CACHE_SLOTS];
  private long state = 0x2545f4914f6cdd1dL;

  /** A hash that goes on from here, apart from this one. */
  ColumnHash copy() {
    ColumnHash copy = new ColumnHash();
    copy.state = state;
    return copy;
  }

  void add(TripletBlock block) {
    long hash = state;
    for (int i = 0; i < block.size; i++) {
      hash = next(hash, block, i);
    }
    state = hash;
  }

  /** The hash of some entries and one more. */
  long next(long hash, TripletBlock block, int index) {
    int definition = block.definitions[index];
    long value;
    if (definition != block.maxDefinition) {
      value = NULL;
    } else {
      value = block.binaries.length > 0 ? hash(block.binaries[index]) : block.bits[index];
    }
    long levels = ((long) block.repetitions[index] << 32) | definition;
    return mix(mix(hash ^ levels) ^ value);
  }

  long value() {
    return state;
  }

  /** The finalizer of SplitMix64, a bijection. */
  static long mix(long x) {
    long a = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return (b ^ (b >>> 31)) + NULL;
  }

  private long hash(Binary value) {
    if (value.length() < CACHED_BYTES) {
      return hashBytes(value);
    }
    if (cached.isEmpty()) {
      for (int i = 0; i < CACHE_SLOTS; i++) {
        cached.add(null);
      }
    }
    int slot = System.identityHashCode(value) & (CACHE_SLOTS - 1);
    WeakReference<Binary> before = cached.get(slot);
    if (before == null || !before.refersTo(value)) {
      cached.set(slot, new WeakReference<>(value));
      cachedHashes[slot] = hashBytes(value);
    }
    return cachedHashes[slot];
  }

  private static long hashBytes(Binary value) {
    ByteBuffer bytes = value.toByteBuffer();
    return bytes.hasArray()
        ? HASHER.hashBytesToLong(
            bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining())
        : HASHER.hashBytesToLong(value.getBytes());
  }
}
