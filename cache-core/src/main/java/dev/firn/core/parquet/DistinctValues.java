package dev.firn.core.parquet;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.io.ParquetEncodingException;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The distinct values among many, each held once and numbered in the order in which it came first.
 *
 * <p>Whoever reads a dictionary hands out one instance for a value. Instances that were just seen
 * are found by identity, because hashing 128 KB for each row is most of the time that writing such
 * a column takes. They are remembered weakly: a value may be a slice of a whole page, and must not
 * keep it.
 */
public final class DistinctValues {
  private static final Hasher64 HASHER = Hashing.xxh3_64();
  private static final int IDENTITY_SLOTS = 256;
  private static final int INITIAL_SLAB_BYTES = 64;

  /** Shorter values are hashed faster than they are remembered. */
  private static final int REMEMBERED_BYTES = 256;

  private final Map<Key, Integer> ids = new HashMap<>();
  private final List<byte[]> entries = new ArrayList<>();
  private final List<@Nullable WeakReference<Binary>> seen = new ArrayList<>();
  private final int[] seenIds = new int[IDENTITY_SLOTS];
  private long bytes;

  /** The number of a value, which is new if nobody asked for an equal one before. */
  public int id(Binary value) {
    if (value.length() < REMEMBERED_BYTES) {
      return idByContent(value);
    }
    if (seen.isEmpty()) {
      for (int i = 0; i < IDENTITY_SLOTS; i++) {
        seen.add(null);
      }
    }
    int slot = System.identityHashCode(value) & (IDENTITY_SLOTS - 1);
    WeakReference<Binary> before = seen.get(slot);
    if (before == null || !before.refersTo(value)) {
      seenIds[slot] = idByContent(value);
      seen.set(slot, new WeakReference<>(value));
    }
    return seenIds[slot];
  }

  private int idByContent(Binary value) {
    ByteBuffer content = value.toByteBuffer();
    Key key = new Key(content, hash(content));
    Integer known = ids.get(key);
    if (known != null) {
      return known;
    }
    byte[] entry = array(content);
    int id = entries.size();
    ids.put(new Key(ByteBuffer.wrap(entry), key.hash), id);
    entries.add(entry);
    bytes += entry.length;
    return id;
  }

  private static int hash(ByteBuffer content) {
    return (int)
        (content.hasArray()
            ? HASHER.hashBytesToLong(
                content.array(), content.arrayOffset() + content.position(), content.remaining())
            : HASHER.hashBytesToLong(array(content)));
  }

  /** The array of a value that fills it, else a copy. */
  private static byte[] array(ByteBuffer content) {
    if (content.hasArray() && content.array().length == content.remaining()) {
      return content.array();
    }
    byte[] copy = new byte[content.remaining()];
    content.duplicate().get(copy);
    return copy;
  }

  /**
   * A value by its content; buffers compare many bytes at a time, which Parquet's binaries do not.
   */
  private record Key(ByteBuffer content, int hash) {
    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && hash == key.hash && content.equals(key.content);
    }
  }

  /** How many distinct values there are. */
  public int count() {
    return entries.size();
  }

  /** Their bytes together. */
  public long bytes() {
    return bytes;
  }

  public byte[] value(int id) {
    return entries.get(id);
  }

  /** What a dictionary of them takes before compression. */
  public long dictionaryBytes() {
    return bytes + (long) Integer.BYTES * entries.size();
  }

  /** The dictionary of all values. */
  public DictionaryPage dictionary() {
    return new DictionaryPage(
        plain(dictionaryBytes(), entries.stream()), entries.size(), Encoding.PLAIN);
  }

  /** The numbers of some values as a page of a dictionary column holds them. */
  public BytesInput indices(int[] numbers, int from, int to) {
    try {
      int width = BytesUtils.getWidthFromMaxInt(Math.max(0, entries.size() - 1));
      RunLengthBitPackingHybridEncoder encoder =
          new RunLengthBitPackingHybridEncoder(
              width,
              INITIAL_SLAB_BYTES,
              Math.max(INITIAL_SLAB_BYTES, to - from),
              HeapByteBufferAllocator.getInstance());
      for (int i = from; i < to; i++) {
        encoder.writeInt(numbers[i]);
      }
      return BytesInput.concat(BytesInput.from(new byte[] {(byte) width}), encoder.toBytes());
    } catch (IOException e) {
      throw new ParquetEncodingException("Dictionary indices do not encode", e);
    }
  }

  /**
   * The values of some numbers, one after the other.
   *
   * @param size what they take, with four bytes for the length of each
   */
  public BytesInput plain(int[] numbers, int from, int to, long size) {
    return plain(size, IntStream.range(from, to).mapToObj(i -> entries.get(numbers[i])));
  }

  /** A large page is not put together: its values are handed on one by one. */
  private static BytesInput plain(long size, Stream<byte[]> values) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new ParquetEncodingException("Page of " + size + " bytes is too large");
    }
    if (size > ZstdPages.LARGE_BYTES) {
      return BytesInput.concat(
          values
              .flatMap(value -> Stream.of(BytesInput.from(length(value)), BytesInput.from(value)))
              .toList());
    }
    ByteBuffer page = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(value -> page.putInt(value.length).put(value));
    return BytesInput.from(page.array());
  }

  private static byte[] length(byte[] value) {
    return ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(value.length)
        .array();
  }

  public void clear() {
    ids.clear();
    entries.clear();
    seen.clear();
    bytes = 0;
  }
}
