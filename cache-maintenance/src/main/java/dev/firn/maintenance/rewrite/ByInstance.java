package dev.firn.maintenance.rewrite;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * What was made of values, by their instance: a dictionary hands out the same instance for each
 * occurrence.
 *
 * <p>A value that is known keeps the whole page or dictionary that it is a slice of. When those
 * come to more than {@code maxBytes}, all is forgotten but for the last; so what is kept is bounded
 * by that and one dictionary, however few of a page's values are wanted.
 */
final class ByInstance<T> {
  private final Map<Binary, T> known = new IdentityHashMap<>();
  private final Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
  private final long maxBytes;
  private long bytes;

  ByInstance(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Null if it is not known, or not any more. */
  @Nullable T find(Binary value) {
    return known.get(value);
  }

  void put(Binary value, T made) {
    ByteBuffer buffer = value.toByteBuffer();
    byte[] array = buffer.hasArray() ? buffer.array() : value.getBytes();
    if (!arrays.contains(array)) {
      if (bytes + array.length > maxBytes) {
        clear();
      }
      arrays.add(array);
      bytes += array.length;
    }
    known.put(value, made);
  }

  void clear() {
    known.clear();
    arrays.clear();
    bytes = 0;
  }
}
