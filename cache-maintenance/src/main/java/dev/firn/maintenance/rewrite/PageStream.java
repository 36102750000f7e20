package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one column chunk, each read, verified and decompressed when it is asked for: what is
 * in memory does not depend on the size of the chunk.
 *
 * <p>A checksum is verified where a page has one. Page statistics are not looked at. Everything
 * wrong is an {@code IOException}, unchecked where Parquet's interface leaves no other way.
 */
final class PageStream implements PageReader {
  private static final BytesInput NOTHING = BytesInput.empty();

  private final SeekableInputStream stream;
  private final ColumnDescriptor column;
  private final BytesInputDecompressor decompressor;
  private final Statistics<?> noStatistics;
  private final long end;
  private final long values;
  private final @Nullable DictionaryPage dictionary;
  private long position;
  private long valuesRead;
  private long valuesSkipped;
  private @Nullable PageHeader next;

  /**
   * Reads the dictionary page, if there is one.
   *
   * @param stream read only from here, for as long as pages are asked for; not closed
   */
  PageStream(
      SeekableInputStream stream,
      InputFooter.Chunk chunk,
      ColumnDescriptor column,
      BytesInputDecompressor decompressor)
      throws IOException {
    this.stream = stream;
    this.column = column;
    this.decompressor = decompressor;
    this.noStatistics = Statistics.noopStats(column.getPrimitiveType());
    this.position = chunk.start();
    this.end = chunk.start() + chunk.size();
    this.values = chunk.values();
    this.dictionary = nextIsDictionary() ? dictionaryPage() : null;
  }

  private boolean nextIsDictionary() throws IOException {
    return valuesRead < values && nextHeader().isSetDictionary_page_header();
  }

  /**
   * Leaves out, unread, the data pages that end before a row. Only where each value is a row: pages
   * of nested columns do not tell which rows they hold.
   *
   * @return how many rows were left out
   */
  long skipTo(long row) throws IOException {
    if (column.getMaxRepetitionLevel() > 0) {
      return 0;
    }
    while (valuesRead < values) {
      PageHeader header = nextHeader();
      int count = valueCount(header);
      if (valuesRead + count > row) {
        break;
      }
      valuesRead += count;
      position += header.getCompressed_page_size();
      next = null;
    }
    valuesSkipped = valuesRead;
    return valuesSkipped;
  }

  @Override
  public @Nullable DictionaryPage readDictionaryPage() {
    return dictionary;
  }

  /** How many entries the pages hold that were not skipped, nulls included. */
  @Override
  public long getTotalValueCount() {
    return values - valuesSkipped;
  }

  @Override
  public @Nullable DataPage readPage() {
    try {
      while (valuesRead < values) {
        PageHeader header = nextHeader();
        byte[] page = read(header);
        valuesRead += valueCount(header);
        if (valuesRead > values) {
          throw new IOException("Pages hold " + valuesRead + " values, the chunk " + values);
        }
        if (header.isSetData_page_header()) {
          return dataPage(header, header.getData_page_header(), page);
        }
        if (header.isSetData_page_header_v2()) {
          return dataPage(header, header.getData_page_header_v2(), page);
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PageHeader nextHeader() throws IOException {
    PageHeader header = next;
    if (header == null) {
      if (position >= end) {
        throw new IOException("Pages hold " + valuesRead + " values, the chunk " + values);
      }
      stream.seek(position);
      header = Util.readPageHeader(stream);
      position = stream.getPos();
      int size = header.getCompressed_page_size();
      if (size < 0 || size > end - position) {
        throw new IOException("Page at " + position + " of " + size + " bytes leaves its chunk");
      }
      next = header;
    }
    return header;
  }

  private static int valueCount(PageHeader header) throws IOException {
    int count = 0;
    if (header.isSetData_page_header()) {
      count = header.getData_page_header().getNum_values();
    } else if (header.isSetData_page_header_v2()) {
      count = header.getData_page_header_v2().getNum_values();
    }
    if (count < 0) {
      throw new IOException("Page holds " + count + " values");
    }
    return count;
  }

  private byte[] read(PageHeader header) throws IOException {
    byte[] page = new byte[header.getCompressed_page_size()];
    stream.seek(position);
    stream.readFully(page);
    if (header.isSetCrc()) {
      CRC32 crc = new CRC32();
      crc.update(page);
      if ((int) crc.getValue() != header.getCrc()) {
        throw new IOException("Page at " + position + " has another checksum than its header");
      }
    }
    position += page.length;
    next = null;
    return page;
  }

  private DictionaryPage dictionaryPage() throws IOException {
    PageHeader header = nextHeader();
    DictionaryPageHeader page = header.getDictionary_page_header();
    BytesInput bytes =
        decompress(BytesInput.from(read(header)), header.getUncompressed_page_size());
    return new DictionaryPage(bytes, page.getNum_values(), encoding(page.getEncoding()));
  }

  private DataPageV1 dataPage(PageHeader header, DataPageHeader page, byte[] bytes)
      throws IOException {
    int size = header.getUncompressed_page_size();
    return new DataPageV1(
        decompress(BytesInput.from(bytes), size),
        page.getNum_values(),
        size,
        noStatistics,
        encoding(page.getRepetition_level_encoding()),
        encoding(page.getDefinition_level_encoding()),
        encoding(page.getEncoding()));
  }

  private DataPageV2 dataPage(PageHeader header, DataPageHeaderV2 page, byte[] bytes)
      throws IOException {
    int repetitions = page.getRepetition_levels_byte_length();
    int definitions = page.getDefinition_levels_byte_length();
    if (repetitions < 0 || definitions < 0 || bytes.length - repetitions < definitions) {
      throw new IOException(
          "Levels of "
              + repetitions
              + " and "
              + definitions
              + " bytes leave a page of "
              + bytes.length);
    }
    int levels = repetitions + definitions;
    BytesInput data = BytesInput.from(ByteBuffer.wrap(bytes, levels, bytes.length - levels));
    if (page.isIs_compressed()) {
      data = decompress(data, header.getUncompressed_page_size() - levels);
    }
    return DataPageV2.uncompressed(
        page.getNum_rows(),
        page.getNum_nulls(),
        page.getNum_values(),
        BytesInput.from(ByteBuffer.wrap(bytes, 0, repetitions)),
        BytesInput.from(ByteBuffer.wrap(bytes, repetitions, definitions)),
        encoding(page.getEncoding()),
        data,
        noStatistics);
  }

  /** Some writers compress nothing into nothing, which not every codec takes. */
  private BytesInput decompress(BytesInput bytes, int size) throws IOException {
    return size == 0 && bytes.size() == 0 ? NOTHING : decompressor.decompress(bytes, size);
  }

  private static Encoding encoding(org.apache.parquet.format.@Nullable Encoding encoding)
      throws IOException {
    if (encoding == null) {
      throw new IOException("Page header tells no encoding that is known");
    }
    return Encoding.valueOf(encoding.name());
  }
}
