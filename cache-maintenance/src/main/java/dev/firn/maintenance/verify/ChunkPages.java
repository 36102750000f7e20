package dev.firn.maintenance.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one column chunk, read one by one as they are asked for: in memory there is never
 * more than the dictionary and one page, whatever the size of the chunk. Verifies the checksum of
 * each page that has one.
 */
final class ChunkPages implements PageReader {
  private final SeekableInputStream stream;
  private final ColumnChunkMetaData chunk;
  private final PrimitiveType type;
  private final PageBytes bytes;
  private final long end;

  private @Nullable PageHeader next;
  private long position;
  private long entries;
  private long v2Rows;
  private boolean allV2 = true;
  private boolean unchecked;

  ChunkPages(
      SeekableInputStream stream, ColumnChunkMetaData chunk, PrimitiveType type, PageBytes bytes) {
    this.stream = stream;
    this.chunk = chunk;
    this.type = type;
    this.bytes = bytes;
    this.position = chunk.getStartingPos();
    this.end = position + chunk.getTotalSize();
  }

  /** True if a page without a checksum was read. */
  boolean unchecked() {
    return unchecked;
  }

  /** Where the page that was read last, or could not be read, ends or begins. */
  long position() {
    return position;
  }

  /** Checks, after the last page, that the pages are the whole chunk. */
  void requireComplete(long rows) throws IOException {
    if (entries != chunk.getValueCount()) {
      throw new IOException("pages of " + entries + " values");
    }
    if (position != end) {
      throw new IOException("pages that end at " + position + ", not at " + end);
    }
    if (allV2 && v2Rows != rows) {
      throw new IOException("pages of " + v2Rows + " rows");
    }
  }

  @Override
  public long getTotalValueCount() {
    return chunk.getValueCount();
  }

  @Override
  public @Nullable DictionaryPage readDictionaryPage() {
    try {
      PageHeader header = peek();
      if (!header.isSetDictionary_page_header()) {
        return null;
      }
      DictionaryPageHeader dictionary = header.getDictionary_page_header();
      byte[] page = take(header);
      return new DictionaryPage(
          BytesInput.from(decompress(page, 0, page.length, header.getUncompressed_page_size())),
          dictionary.getNum_values(),
          Encoding.valueOf(dictionary.getEncoding().name()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable DataPage readPage() {
    try {
      while (entries < chunk.getValueCount()) {
        PageHeader header = peek();
        if (header.isSetData_page_header()) {
          return read(header, header.getData_page_header());
        }
        if (header.isSetData_page_header_v2()) {
          return read(header, header.getData_page_header_v2());
        }
        if (header.isSetDictionary_page_header()) {
          throw new IOException("a second dictionary");
        }
        byte[] skipped = take(header);
        if (skipped.length == 0) {
          throw new IOException("a page of no kind");
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DataPage read(PageHeader header, DataPageHeader data) throws IOException {
    byte[] page = take(header);
    count(data.getNum_values());
    allV2 = false;
    return new DataPageV1(
        BytesInput.from(decompress(page, 0, page.length, header.getUncompressed_page_size())),
        data.getNum_values(),
        header.getUncompressed_page_size(),
        Statistics.noopStats(type),
        encoding(data.getRepetition_level_encoding()),
        encoding(data.getDefinition_level_encoding()),
        encoding(data.getEncoding()));
  }

  private DataPage read(PageHeader header, DataPageHeaderV2 data) throws IOException {
    byte[] page = take(header);
    int repetition = data.getRepetition_levels_byte_length();
    int definition = data.getDefinition_levels_byte_length();
    int levels = Math.addExact(repetition, definition);
    if (repetition < 0 || definition < 0 || levels > page.length) {
      throw new IOException("levels of " + repetition + " and " + definition + " bytes");
    }
    count(data.getNum_values());
    v2Rows += data.getNum_rows();
    int size = header.getUncompressed_page_size() - levels;
    byte[] values;
    if (data.isIs_compressed() && page.length > levels) {
      values = decompress(page, levels, page.length - levels, size);
    } else {
      values = Arrays.copyOfRange(page, levels, page.length);
      if (values.length != size) {
        throw new IOException("a page of " + values.length + " bytes, its header says " + size);
      }
    }
    return DataPageV2.uncompressed(
        data.getNum_rows(),
        data.getNum_nulls(),
        data.getNum_values(),
        BytesInput.from(page, 0, repetition),
        BytesInput.from(page, repetition, definition),
        encoding(data.getEncoding()),
        BytesInput.from(values),
        Statistics.noopStats(type));
  }

  private void count(int values) throws IOException {
    entries += values;
    if (values <= 0 || entries > chunk.getValueCount()) {
      throw new IOException("a page of " + values + " values, " + entries + " with it");
    }
  }

  private PageHeader peek() throws IOException {
    if (next == null) {
      if (position >= end) {
        throw new IOException("no more pages after " + entries + " values");
      }
      stream.seek(position);
      next = Util.readPageHeader(stream);
      int size = next.getCompressed_page_size();
      if (size < 0 || size > end - stream.getPos()) {
        throw new IOException("a page of " + size + " bytes, which leaves its column chunk");
      }
    }
    return next;
  }

  /** The bytes of the page whose header was peeked at, checksum verified. */
  private byte[] take(PageHeader header) throws IOException {
    byte[] page = new byte[header.getCompressed_page_size()];
    stream.readFully(page);
    next = null;
    if (header.isSetCrc()) {
      CRC32 crc = new CRC32();
      crc.update(page);
      if ((int) crc.getValue() != header.getCrc()) {
        throw new IOException(
            "a page with checksum %08x, its header says %08x"
                .formatted((int) crc.getValue(), header.getCrc()));
      }
    } else {
      unchecked = true;
    }
    position = stream.getPos();
    return page;
  }

  private byte[] decompress(byte[] page, int offset, int length, int size) throws IOException {
    return bytes.decompress(chunk.getCodec(), page, offset, length, size);
  }

  private static Encoding encoding(org.apache.parquet.format.Encoding encoding) {
    return Encoding.valueOf(encoding.name());
  }
}
