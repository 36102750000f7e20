package dev.firn.core.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * Encodes the binaries of a column chunk as one page, with a dictionary if that is smaller.
 *
 * <p>Each distinct value is held once, and only when all are there is chosen between dictionary and
 * plain. So a text of 128 KB that repeats on every row is written once, where Parquet's own writer
 * gives a dictionary up at 1 MB.
 */
public final class DistinctValuesWriter extends ValuesWriter {
  private static final int INITIAL_SLAB_BYTES = 64;

  /** What a dictionary page costs beside its values: a header and a frame of its own. */
  private static final int DICTIONARY_OVERHEAD_BYTES = 64;

  private final DistinctValues distinct = new DistinctValues();
  private int[] ids = new int[16];
  private int size;
  private long plainBytes;
  private boolean pageWritten;
  private boolean dictionaryUsed;

  @Override
  public void writeBytes(Binary value) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = distinct.id(value);
    plainBytes += Integer.BYTES + value.length();
  }

  private long dictionaryBytes() {
    return distinct.bytes() + (long) Integer.BYTES * distinct.count();
  }

  /** Small on purpose: the page ends with the chunk. */
  @Override
  public long getBufferedSize() {
    return 0;
  }

  @Override
  public long getAllocatedSize() {
    return dictionaryBytes() + (long) ids.length * Integer.BYTES;
  }

  @Override
  public BytesInput getBytes() {
    if (pageWritten) {
      throw new ParquetEncodingException("A chunk of binaries has one page only");
    }
    pageWritten = true;
    if (distinct.count() == size) {
      return plain();
    }
    try {
      int width = BytesUtils.getWidthFromMaxInt(Math.max(0, distinct.count() - 1));
      RunLengthBitPackingHybridEncoder encoder =
          new RunLengthBitPackingHybridEncoder(
              width,
              INITIAL_SLAB_BYTES,
              Math.max(INITIAL_SLAB_BYTES, size),
              HeapByteBufferAllocator.getInstance());
      for (int i = 0; i < size; i++) {
        encoder.writeInt(ids[i]);
      }
      BytesInput indices =
          BytesInput.concat(BytesInput.from(new byte[] {(byte) width}), encoder.toBytes());
      dictionaryUsed = indices.size() + dictionaryBytes() + DICTIONARY_OVERHEAD_BYTES < plainBytes;
      return dictionaryUsed ? indices : plain();
    } catch (IOException e) {
      throw new ParquetEncodingException("Dictionary indices do not encode", e);
    }
  }

  private BytesInput plain() {
    return page(plainBytes, IntStream.range(0, size).mapToObj(i -> distinct.value(ids[i])));
  }

  /** A large page is not put together: its values are handed on one by one. */
  private static BytesInput page(long size, Stream<byte[]> values) {
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
    return new DictionaryPage(
        page(dictionaryBytes(), IntStream.range(0, distinct.count()).mapToObj(distinct::value)),
        distinct.count(),
        Encoding.PLAIN);
  }

  @Override
  public void resetDictionary() {
    distinct.clear();
    dictionaryUsed = false;
  }

  @Override
  public String memUsageString(String prefix) {
    return prefix + " " + distinct.count() + " distinct values, " + distinct.bytes() + " bytes";
  }
}
