package dev.firn.core.plain;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.parquet.GatheredFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a small Parquet file, as Firn lands them: one row group of columns that are not
 * nested, pages of version 1, with a dictionary or without, zstd or nothing. Here they are neither
 * compressed nor do they need a dictionary, so that pages of many files can follow each other in
 * one column.
 *
 * <p>Everything is checked against the bytes that there are; a file that is in any way other than
 * this is unusual, and left to others. Reusable, for one thread; it holds no more than {@value
 * #LARGEST_BYTES} and {@value #LARGEST_CONTENT_BYTES} bytes.
 */
final class SmallFile implements Closeable {
  /** Of larger files the content counts, and not that there is a file to open. */
  private static final int LARGEST_BYTES = 32 << 10;

  private static final int LARGEST_CONTENT_BYTES = 256 << 10;

  private static final int MAGIC = 'P' | 'A' << 8 | 'R' << 16 | '1' << 24;
  private static final int ENDING_BYTES = 8; // the footer's length and the magic

  private static final int DATA_PAGE = 0;
  private static final int DICTIONARY_PAGE = 2;
  private static final int PLAIN = 0;
  private static final int PLAIN_DICTIONARY = 2; // what old writers say for either of its two
  private static final int RLE = 3;
  private static final int RLE_DICTIONARY = 8;
  private static final int ZSTD = 6;

  private final Disk disk;
  private final ByteBuffer file = ByteBuffer.allocate(LARGEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final byte[] content = new byte[LARGEST_CONTENT_BYTES];
  private final ByteBuffer numbers = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
  private final List<Page> pages = new ArrayList<>();
  private int used;
  private SmallFooter footer = SmallFooter.NONE;

  SmallFile(Disk disk) {
    this.disk = disk;
  }

  /** A page of a column, in {@link #content}. */
  private record Page(int column, int values, int offset, int length) {}

  /** What stands before a page. */
  private static final class Header {
    int type = -1;
    int uncompressedBytes = -1;
    int compressedBytes = -1;
    int values = -1;
    int encoding = -1;
    int levels = -1;
  }

  /**
   * A column's distinct values, in {@link #content}.
   *
   * @param starts of each, and where the last one ends
   */
  private record Dictionary(int[] starts) {}

  /**
   * Reads a file.
   *
   * @throws UnusualException if it is left to others
   * @throws IOException if it cannot be read
   */
  void read(Path path) throws IOException, UnusualException {
    pages.clear();
    used = 0;
    try (DiskInput input = disk.open(path)) {
      UnusualException.unless(input.size() <= LARGEST_BYTES, "a large file");
      file.clear().limit((int) input.size());
      while (file.hasRemaining()) {
        UnusualException.unless(input.read(file, file.position()) > 0, "the end");
      }
    }
    int end = file.limit() - ENDING_BYTES;
    UnusualException.unless(end >= Integer.BYTES, "too short");
    UnusualException.unless(file.getInt(0) == MAGIC && file.getInt(end + 4) == MAGIC, "magic");
    int footerBytes = file.getInt(end);
    UnusualException.unless(footerBytes > 0 && footerBytes <= end - Integer.BYTES, "a length");
    footer = SmallFooter.parse(file.array(), end - footerBytes, end, footer);
    for (int column = 0; column < footer.chunks().size(); column++) {
      chunk(column, footer.chunks().get(column), end - footerBytes);
    }
  }

  /** Appends the rows of the file that was read last, if it has the columns of those before. */
  boolean appendTo(GatheredFile target) throws IOException {
    if (!target.begin(footer.head(), footer.columns())) {
      return false;
    }
    for (Page page : pages) {
      target.page(page.column(), page.values(), content, page.offset(), page.length());
    }
    target.end(footer.rows());
    return true;
  }

  private void chunk(int column, SmallFooter.Chunk chunk, int limit) throws UnusualException {
    UnusualException.unless(
        chunk.start() >= Integer.BYTES
            && chunk.bytes() >= 0
            && chunk.start() <= limit - chunk.bytes(),
        "a place");
    int position = (int) chunk.start();
    int end = position + (int) chunk.bytes();
    @Nullable Dictionary dictionary = null;
    int values = 0;
    while (values < footer.rows()) {
      ThriftInput input = new ThriftInput(file.array(), position, end);
      Header header = header(input);
      int start = input.position();
      UnusualException.unless(
          header.compressedBytes >= 0 && header.compressedBytes <= end - start, "a page's length");
      int at = used;
      uncompress(start, header, chunk.codec() == ZSTD);
      position = start + header.compressedBytes;
      if (header.type == DICTIONARY_PAGE && dictionary == null && values == 0) {
        dictionary = dictionary(header, at, footer.columns().get(column).valueBytes());
      } else {
        UnusualException.unless(header.type == DATA_PAGE && header.values > 0, "another page");
        page(column, header, at, dictionary);
        values += header.values;
      }
    }
    UnusualException.unless(values == footer.rows() && position == end, "more than its pages");
  }

  private static Header header(ThriftInput input) throws UnusualException {
    Header header = new Header();
    input.struct(
        (field, type) -> {
          if (type == ThriftInput.STRUCT && (field == 5 || field == 7)) {
            values(input, header);
          } else if (type != ThriftInput.I32) {
            input.skip(type);
          } else {
            int number = (int) input.number();
            switch (field) {
              case 1 -> header.type = number;
              case 2 -> header.uncompressedBytes = number;
              case 3 -> header.compressedBytes = number;
              default -> {
                // its checksum
              }
            }
          }
        });
    return header;
  }

  /** A page's or dictionary's own part of the header. */
  private static void values(ThriftInput input, Header header) throws UnusualException {
    input.struct(
        (field, type) -> {
          if (type != ThriftInput.I32) {
            input.skip(type);
            return;
          }
          int number = (int) input.number();
          switch (field) {
            case 1 -> header.values = number;
            case 2 -> header.encoding = number;
            case 3 -> header.levels = number;
            default -> {
              // levels of repetition, of which there are none
            }
          }
        });
  }

  /** Puts a page's content behind what is there. */
  private void uncompress(int start, Header header, boolean compressed) throws UnusualException {
    int length = header.uncompressedBytes;
    UnusualException.unless(length >= 0 && length <= content.length - used, "much content");
    if (compressed) {
      try {
        int size =
            zstd.decompressByteArray(
                content, used, length, file.array(), start, header.compressedBytes);
        UnusualException.unless(size == length, "another length");
      } catch (ZstdException e) {
        throw new UnusualException("what cannot be uncompressed");
      }
    } else {
      UnusualException.unless(length == header.compressedBytes, "another length");
      System.arraycopy(file.array(), start, content, used, length);
    }
    used += length;
  }

  private Dictionary dictionary(Header header, int at, int valueBytes) throws UnusualException {
    UnusualException.unless(
        header.encoding == PLAIN || header.encoding == PLAIN_DICTIONARY, "an encoding");
    UnusualException.unless(header.values >= 0 && header.values <= used - at, "a dictionary");
    int[] starts = new int[header.values + 1];
    int position = at;
    for (int value = 0; value < header.values; value++) {
      starts[value] = position;
      if (valueBytes == GatheredFile.Column.VARIABLE) {
        UnusualException.unless(used - position >= Integer.BYTES, "a value");
        int length = numbers.getInt(position);
        position += Integer.BYTES;
        UnusualException.unless(length >= 0 && length <= used - position, "a value");
        position += length;
      } else {
        UnusualException.unless(valueBytes <= used - position, "a value");
        position += valueBytes;
      }
    }
    starts[header.values] = position;
    UnusualException.unless(position == used, "more than its values");
    return new Dictionary(starts);
  }

  private void page(int column, Header header, int at, @Nullable Dictionary dictionary)
      throws UnusualException {
    boolean optional = footer.columns().get(column).optional();
    UnusualException.unless(!optional || header.levels == RLE, "levels");
    if (header.encoding == PLAIN) {
      pages.add(new Page(column, header.values, at, used - at));
      return;
    }
    if (dictionary == null
        || (header.encoding != RLE_DICTIONARY && header.encoding != PLAIN_DICTIONARY)) {
      throw new UnusualException("an encoding");
    }
    int end = used;
    int position = at;
    int present = header.values;
    if (optional) {
      UnusualException.unless(end - at >= Integer.BYTES, "levels");
      int length = numbers.getInt(at);
      position += Integer.BYTES;
      UnusualException.unless(length >= 0 && length <= end - position, "levels");
      HybridRuns levels = new HybridRuns(content, position, position + length, 1);
      present = 0;
      for (int i = 0; i < header.values; i++) {
        present += levels.next();
      }
      position += length;
    }
    put(at, position - at);
    if (present > 0) {
      UnusualException.unless(position < end, "no values");
      HybridRuns places = new HybridRuns(content, position + 1, end, content[position]);
      for (int i = 0; i < present; i++) {
        int place = places.next();
        UnusualException.unless(place < dictionary.starts().length - 1, "a place");
        int start = dictionary.starts()[place];
        put(start, dictionary.starts()[place + 1] - start);
      }
    }
    pages.add(new Page(column, header.values, end, used - end));
  }

  /** Repeats a piece of the content behind it. */
  private void put(int start, int length) throws UnusualException {
    UnusualException.unless(length <= content.length - used, "much content");
    System.arraycopy(content, start, content, used, length);
    used += length;
  }

  @Override
  public void close() {
    zstd.close();
  }
}
