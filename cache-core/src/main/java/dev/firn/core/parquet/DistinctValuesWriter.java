package dev.firn.core.parquet;

import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.ValuesWriter;
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
  /** What a dictionary page costs beside its values: a header and a frame of its own. */
  static final int DICTIONARY_OVERHEAD_BYTES = 64;

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

  /** Small on purpose: the page ends with the chunk. */
  @Override
  public long getBufferedSize() {
    return 0;
  }

  @Override
  public long getAllocatedSize() {
    return distinct.dictionaryBytes() + (long) ids.length * Integer.BYTES;
  }

  @Override
  public BytesInput getBytes() {
    if (pageWritten) {
      throw new ParquetEncodingException("A chunk of binaries has one page only");
    }
    pageWritten = true;
    if (distinct.count() < size) {
      BytesInput indices = distinct.indices(ids, 0, size);
      dictionaryUsed = isSmaller(distinct, indices, plainBytes);
      if (dictionaryUsed) {
        return indices;
      }
    }
    return distinct.plain(ids, 0, size, plainBytes);
  }

  /** True if a dictionary and numbers take less than the values one after the other. */
  static boolean isSmaller(DistinctValues distinct, BytesInput indices, long plainBytes) {
    return indices.size() + distinct.dictionaryBytes() + DICTIONARY_OVERHEAD_BYTES < plainBytes;
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
    return dictionaryUsed ? distinct.dictionary() : null;
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
