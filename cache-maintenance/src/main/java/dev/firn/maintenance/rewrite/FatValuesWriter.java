package dev.firn.maintenance.rewrite;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.io.ParquetEncodingException;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a column chunk whose values are large as one page, with a dictionary if that is smaller.
 *
 * <p>Each distinct value is held once until the page is written, and only then is chosen between
 * dictionary and plain: plain is taken if it is no larger. So memory is bounded by the distinct
 * values, and these by the encoded input of the batch, whatever the values would take if they were
 * written out row by row; and no dictionary is given up for what its first rows look like.
 *
 * <p>An input dictionary hands out one instance for a value. Instances that were just seen are
 * found by identity, because hashing 128 KB for each row is most of the time that copying such a
 * column takes.
 */
final class FatValuesWriter extends ValuesWriter {
  private static final Hasher64 HASHER = Hashing.xxh3_64();
  private static final int IDENTITY_SLOTS = 256;
  private static final int INITIAL_SLAB_BYTES = 1024;

  private final Map<Key, Integer> dictionary = new HashMap<>();
  private final List<ByteBuffer> entries = new ArrayList<>();
  private final Binary[] seen = new Binary[IDENTITY_SLOTS];
  private final int[] seenIds = new int[IDENTITY_SLOTS];
  private int[] ids = new int[1024];
  private int size;
  private long plainBytes;
  private long dictionaryBytes;
  private boolean pageWritten;
  private boolean dictionaryUsed;

  @Override
  @SuppressWarnings("ReferenceEquality")
  public void writeBytes(Binary value) {
    int slot = System.identityHashCode(value) & (IDENTITY_SLOTS - 1);
    if (seen[slot] != value) {
      seenIds[slot] = id(value);
      seen[slot] = value;
    }
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = seenIds[slot];
    plainBytes += Integer.BYTES + value.length();
  }

  private int id(Binary value) {
    ByteBuffer bytes = value.toByteBuffer();
    Key key = new Key(bytes, hash(bytes));
    Integer known = dictionary.get(key);
    if (known != null) {
      return known;
    }
    // The value is a slice of a whole page of its input, which must not be kept.
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    int id = entries.size();
    dictionary.put(new Key(copy, key.hash), id);
    entries.add(copy);
    dictionaryBytes += Integer.BYTES + copy.remaining();
    return id;
  }

  private static int hash(ByteBuffer bytes) {
    return (int)
        HASHER.hashBytesToLong(
            bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }

  /**
   * A value by its bytes; buffers compare many bytes at a time, which Parquet's binaries do not.
   */
  private record Key(ByteBuffer bytes, int hash) {
    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && hash == key.hash && bytes.equals(key.bytes);
    }
  }

  /** Small on purpose: the page ends with the chunk. */
  @Override
  public long getBufferedSize() {
    return 0;
  }

  @Override
  public long getAllocatedSize() {
    return dictionaryBytes + (long) ids.length * Integer.BYTES;
  }

  @Override
  public BytesInput getBytes() {
    if (pageWritten) {
      throw new ParquetEncodingException("A chunk of large values has one page only");
    }
    pageWritten = true;
    try {
      int width = BytesUtils.getWidthFromMaxInt(Math.max(0, entries.size() - 1));
      RunLengthBitPackingHybridEncoder encoder =
          new RunLengthBitPackingHybridEncoder(
              width, INITIAL_SLAB_BYTES, Math.max(INITIAL_SLAB_BYTES, size), allocator());
      for (int i = 0; i < size; i++) {
        encoder.writeInt(ids[i]);
      }
      BytesInput indices =
          BytesInput.concat(BytesInput.from(new byte[] {(byte) width}), encoder.toBytes());
      dictionaryUsed = size > 0 && indices.size() + dictionaryBytes < plainBytes;
      return dictionaryUsed ? indices : plain();
    } catch (IOException e) {
      throw new ParquetEncodingException("Dictionary indices do not encode", e);
    }
  }

  private static HeapByteBufferAllocator allocator() {
    return HeapByteBufferAllocator.getInstance();
  }

  private BytesInput plain() {
    ByteBuffer bytes = buffer(plainBytes);
    for (int i = 0; i < size; i++) {
      put(bytes, entries.get(ids[i]));
    }
    return BytesInput.from(bytes.array());
  }

  private static ByteBuffer buffer(long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new ParquetEncodingException("Page of " + size + " bytes is too large");
    }
    return ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void put(ByteBuffer bytes, ByteBuffer value) {
    bytes.putInt(value.remaining());
    bytes.put(value.duplicate());
  }

  @Override
  public Encoding getEncoding() {
    return dictionaryUsed ? Encoding.RLE_DICTIONARY : Encoding.PLAIN;
  }

  @Override
  public void reset() {
    size = 0;
    plainBytes = 0;
  }

  @Override
  public @Nullable DictionaryPage toDictPageAndClose() {
    if (!dictionaryUsed) {
      return null;
    }
    ByteBuffer bytes = buffer(dictionaryBytes);
    for (ByteBuffer entry : entries) {
      put(bytes, entry);
    }
    return new DictionaryPage(BytesInput.from(bytes.array()), entries.size(), Encoding.PLAIN);
  }

  @Override
  public void resetDictionary() {
    dictionary.clear();
    entries.clear();
    Arrays.fill(seen, null);
    dictionaryBytes = 0;
    dictionaryUsed = false;
  }

  @Override
  public String memUsageString(String prefix) {
    return prefix
        + " FatValuesWriter{"
        + entries.size()
        + " values, "
        + dictionaryBytes
        + " bytes}";
  }
}
