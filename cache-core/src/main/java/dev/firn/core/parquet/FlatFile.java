package dev.firn.core.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * A Parquet file of a few rows of columns that are not nested, put together here and written at
 * once: what {@link ParquetFileOutput} gives, without Parquet's writers, which for five rows take
 * most of an append and keep the compiler busy for the first thousands of them.
 *
 * <p>One row group; a column is one page of version 1 with a checksum, after a dictionary if that
 * pays. A column that zstd does not make smaller is stored as it is, for each column has a codec of
 * its own. There are no page indexes: of one page they tell what the column's statistics tell.
 *
 * <p>Reusable, for one thread at a time: {@link #begin}, each {@link #column}, {@link #finish},
 * {@link #write}.
 */
public final class FlatFile {
  /** Of so few rows dictionaries of numbers do not pay. */
  public static final int MAX_ROWS = 512;

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int TRUNCATE_BYTES = 64;

  /** Shorter pages zstd makes smaller by a few bytes at most: its frame takes nine and more. */
  private static final int COMPRESSED_FROM_BYTES = 100;

  /** What each buffer keeps from one file to the next. */
  static final int KEPT_BYTES = 64 << 10;

  private static final int NOT_COMPRESSED = -1;

  private static final int PLAIN = 0;
  private static final int RLE = 3;
  private static final int RLE_DICTIONARY = 8;
  private static final int DATA_PAGE = 0;
  private static final int DICTIONARY_PAGE = 2;
  private static final int UNCOMPRESSED = 0;
  private static final int ZSTD = 6;

  private final FlatSchema schema;
  private final ZstdPages compressor;
  private final List<FlatColumn> columns = new ArrayList<>();
  private final GrowingBytes out = new GrowingBytes();
  private final CompactThrift thrift = new CompactThrift(out);
  private final GrowingBytes page = new GrowingBytes();
  private final GrowingBytes dictionary = new GrowingBytes();
  private final CRC32 checksum = new CRC32();
  private int rows;

  private FlatFile(FlatSchema schema, ZstdPages compressor) {
    this.schema = schema;
    this.compressor = compressor;
    for (ColumnDescriptor leaf : schema.message().getColumns()) {
      columns.add(new FlatColumn(leaf));
    }
  }

  /** Empty if the schema has columns that are nested, or none. */
  public static Optional<FlatFile> of(MessageType message, ZstdPages compressor) {
    return message.getFieldCount() > 0 && FlatSchema.isFlat(message)
        ? Optional.of(new FlatFile(new FlatSchema(message), compressor))
        : Optional.empty();
  }

  /**
   * Forgets the last file.
   *
   * @param fat the columns that get no minima and maxima
   */
  public void begin(int rowCount, BitSet fat) {
    if (rowCount < 1 || rowCount > MAX_ROWS) {
      throw new IllegalArgumentException(rowCount + " rows");
    }
    rows = rowCount;
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).begin(!fat.get(i));
    }
  }

  /** Takes the entries of a column, as many as there are rows. */
  public FlatColumn column(int leaf) {
    return columns.get(leaf);
  }

  /** Puts the file together and tells what is in it. */
  public FlatFooter finish(Map<String, String> keyValues) {
    out.clear(KEPT_BYTES);
    out.put(MAGIC);
    List<FlatFooter.Chunk> chunks = new ArrayList<>(columns.size());
    for (FlatColumn column : columns) {
      if (column.entries() != rows) {
        throw new AssertionError(column.entries() + " of " + rows + " rows in " + column.leaf());
      }
      chunks.add(chunk(column));
      column.clear();
    }
    int footer = out.size();
    putFooter(chunks, keyValues);
    out.putInt(out.size() - footer);
    out.put(MAGIC);
    page.clear(KEPT_BYTES);
    dictionary.clear(KEPT_BYTES);
    return new FlatFooter(rows, chunks);
  }

  /** How many bytes the file takes. */
  public long bytes() {
    return out.size();
  }

  /** Creates the file, which is as durable as its stream makes it by closing. */
  public void write(OutputFile file) throws IOException {
    try (PositionOutputStream stream = file.create(0)) {
      stream.write(out.array(), 0, out.size());
    }
  }

  private FlatFooter.Chunk chunk(FlatColumn column) {
    int start = out.size();
    page.clear(KEPT_BYTES);
    column.putLevels(page);
    ByteBuffer indices = column.indices();
    boolean compressed = true;
    int data = start;
    int uncompressedBytes = 0;
    if (indices == null) {
      column.putPlain(page);
      int size = page.size() < COMPRESSED_FROM_BYTES ? page.size() : compress(page);
      compressed = size < page.size();
      uncompressedBytes +=
          putPage(DATA_PAGE, rows, PLAIN, page, compressed ? size : NOT_COMPRESSED);
    } else {
      // Both pages have the column's codec, whatever becomes of the smaller one.
      page.put(indices.array(), indices.arrayOffset() + indices.position(), indices.remaining());
      dictionary.clear(KEPT_BYTES);
      column.putDictionary(dictionary);
      int values = column.dictionarySize();
      uncompressedBytes +=
          putPage(DICTIONARY_PAGE, values, PLAIN, dictionary, compress(dictionary));
      data = out.size();
      uncompressedBytes += putPage(DATA_PAGE, rows, RLE_DICTIONARY, page, compress(page));
    }
    return new FlatFooter.Chunk(
        column.leaf(),
        compressed ? CompressionCodecName.ZSTD : CompressionCodecName.UNCOMPRESSED,
        column.statistics(),
        start,
        data,
        uncompressedBytes,
        out.size() - start);
  }

  private int compress(GrowingBytes content) {
    return compressor.compress(content.array(), 0, content.size());
  }

  /**
   * @param compressedBytes how much of what was compressed last is the page, if it is that
   * @return the bytes of the header and the content before compression
   */
  private int putPage(
      int type, int values, int encoding, GrowingBytes content, int compressedBytes) {
    boolean compressed = compressedBytes != NOT_COMPRESSED;
    byte[] bytes = compressed ? compressor.compressed() : content.array();
    int length = compressed ? compressedBytes : content.size();
    checksum.reset();
    checksum.update(bytes, 0, length);
    int start = out.size();
    thrift.begin();
    thrift.i32(1, type);
    thrift.i32(2, content.size());
    thrift.i32(3, length);
    thrift.i32(4, (int) checksum.getValue());
    thrift.beginField(type == DATA_PAGE ? 5 : 7);
    thrift.i32(1, values);
    thrift.i32(2, encoding);
    if (type == DATA_PAGE) {
      thrift.i32(3, RLE);
      thrift.i32(4, RLE);
    }
    thrift.end();
    thrift.end();
    int header = out.size() - start;
    out.put(bytes, 0, length);
    return header + content.size();
  }

  private void putFooter(List<FlatFooter.Chunk> chunks, Map<String, String> keyValues) {
    int pages = out.size() - MAGIC.length;
    long uncompressedBytes = 0;
    for (FlatFooter.Chunk chunk : chunks) {
      uncompressedBytes += chunk.uncompressedBytes();
    }
    out.put(schema.head());
    thrift.beginAfter(2);
    thrift.i64(3, rows);
    thrift.list(4, CompactThrift.STRUCT, 1);
    thrift.begin();
    thrift.list(1, CompactThrift.STRUCT, chunks.size());
    for (int i = 0; i < chunks.size(); i++) {
      putChunk(chunks.get(i), schema.name(i));
    }
    thrift.i64(2, uncompressedBytes);
    thrift.i64(3, rows);
    thrift.i64(5, MAGIC.length);
    thrift.i64(6, pages);
    thrift.i16(7, 0);
    thrift.end();
    thrift.list(5, CompactThrift.STRUCT, keyValues.size());
    keyValues.forEach(
        (key, value) -> {
          thrift.begin();
          thrift.text(1, key);
          thrift.text(2, value);
          thrift.end();
        });
    thrift.leave();
    out.put(schema.tail());
  }

  private void putChunk(FlatFooter.Chunk chunk, byte[] name) {
    thrift.begin();
    thrift.i64(2, 0);
    thrift.beginField(3);
    thrift.i32(1, type(chunk.leaf().getPrimitiveType().getPrimitiveTypeName()));
    thrift.list(2, CompactThrift.I32, chunk.hasDictionary() ? 3 : 2);
    thrift.number(PLAIN);
    thrift.number(RLE);
    if (chunk.hasDictionary()) {
      thrift.number(RLE_DICTIONARY);
    }
    thrift.list(3, CompactThrift.BINARY, 1);
    thrift.binary(name);
    thrift.i32(4, chunk.codec() == CompressionCodecName.ZSTD ? ZSTD : UNCOMPRESSED);
    thrift.i64(5, rows);
    thrift.i64(6, chunk.uncompressedBytes());
    thrift.i64(7, chunk.bytes());
    thrift.i64(9, chunk.dataPage());
    if (chunk.hasDictionary()) {
      thrift.i64(11, chunk.start());
    }
    if (!chunk.statistics().isEmpty()) {
      putStatistics(
          ParquetMetadataConverter.toParquetStatistics(chunk.statistics(), TRUNCATE_BYTES));
    }
    thrift.list(13, CompactThrift.STRUCT, chunk.hasDictionary() ? 2 : 1);
    if (chunk.hasDictionary()) {
      putPageCount(DICTIONARY_PAGE, PLAIN);
    }
    putPageCount(DATA_PAGE, chunk.hasDictionary() ? RLE_DICTIONARY : PLAIN);
    thrift.end();
    thrift.end();
  }

  private void putPageCount(int type, int encoding) {
    thrift.begin();
    thrift.i32(1, type);
    thrift.i32(2, encoding);
    thrift.i32(3, 1);
    thrift.end();
  }

  private void putStatistics(Statistics statistics) {
    thrift.beginField(12);
    if (statistics.isSetMax()) {
      thrift.binary(1, statistics.getMax());
    }
    if (statistics.isSetMin()) {
      thrift.binary(2, statistics.getMin());
    }
    if (statistics.isSetNull_count()) {
      thrift.i64(3, statistics.getNull_count());
    }
    if (statistics.isSetMax_value()) {
      thrift.binary(5, statistics.getMax_value());
    }
    if (statistics.isSetMin_value()) {
      thrift.binary(6, statistics.getMin_value());
    }
    if (statistics.isSetIs_max_value_exact()) {
      thrift.bool(7, statistics.isIs_max_value_exact());
    }
    if (statistics.isSetIs_min_value_exact()) {
      thrift.bool(8, statistics.isIs_min_value_exact());
    }
    thrift.end();
  }

  private static int type(PrimitiveTypeName name) {
    return switch (name) {
      case BOOLEAN -> 0;
      case INT32 -> 1;
      case INT64 -> 2;
      case INT96 -> 3;
      case FLOAT -> 4;
      case DOUBLE -> 5;
      case BINARY -> 6;
      case FIXED_LEN_BYTE_ARRAY -> 7;
    };
  }
}
