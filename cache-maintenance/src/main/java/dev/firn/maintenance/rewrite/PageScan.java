package dev.firn.maintenance.rewrite;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Reads the page headers of column chunks without their pages.
 *
 * <p>Sizes come from here and not from the footer, because a widespread writer stores the
 * compressed size as {@code total_uncompressed_size}. Reads ahead by blocks, so that a small file
 * costs a few reads, and jumps over pages that are larger than a block.
 */
final class PageScan {
  private static final int BLOCK_BYTES = 64 * 1024;

  private final HeaderStream stream;

  PageScan(SeekableInputStream stream, long fileLength) {
    this.stream = new HeaderStream(stream, fileLength);
  }

  /**
   * @param start where the chunk's first page header is
   * @param end where the chunk ends
   * @param valueCount how many values the chunk holds, nulls included
   * @throws IOException if the headers do not lead through the chunk
   */
  ChunkSize measure(long start, long end, long valueCount) throws IOException {
    long encodedBytes = 0;
    long dictionaryBytes = 0;
    long dictionaryEntries = 0;
    long plainBytes = 0;
    long plainValues = 0;
    long values = 0;
    stream.seek(start);
    while (values < valueCount) {
      PageHeader header = Util.readPageHeader(stream);
      int size = header.getUncompressed_page_size();
      int compressedSize = header.getCompressed_page_size();
      if (size < 0 || compressedSize < 0 || stream.position() + compressedSize > end) {
        throw new IOException(
            "Page at " + stream.position() + " of " + compressedSize + " bytes leaves its chunk");
      }
      encodedBytes += size;
      int pageValues = 0;
      int pageNulls = 0;
      boolean dictionaryEncoded = false;
      switch (header.getType()) {
        case DICTIONARY_PAGE -> {
          dictionaryBytes += size;
          dictionaryEntries += header.getDictionary_page_header().getNum_values();
        }
        case DATA_PAGE -> {
          DataPageHeader page = header.getData_page_header();
          pageValues = page.getNum_values();
          dictionaryEncoded = usesDictionary(page.getEncoding());
        }
        case DATA_PAGE_V2 -> {
          DataPageHeaderV2 page = header.getData_page_header_v2();
          pageValues = page.getNum_values();
          pageNulls = page.getNum_nulls();
          dictionaryEncoded = usesDictionary(page.getEncoding());
        }
        case INDEX_PAGE -> {}
      }
      if (pageValues < 0) {
        throw new IOException("Page at " + stream.position() + " holds " + pageValues + " values");
      }
      if (pageValues > 0 && !dictionaryEncoded) {
        plainBytes += size;
        plainValues += Math.max(0, pageValues - pageNulls);
      }
      values += pageValues;
      stream.skipPage(compressedSize);
    }
    return new ChunkSize(
        encodedBytes, average(dictionaryBytes + plainBytes, dictionaryEntries + plainValues));
  }

  private static boolean usesDictionary(org.apache.parquet.format.Encoding encoding) {
    return encoding == org.apache.parquet.format.Encoding.RLE_DICTIONARY
        || encoding == org.apache.parquet.format.Encoding.PLAIN_DICTIONARY;
  }

  private static int average(long bytes, long count) {
    return count == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, bytes / count);
  }

  /**
   * @param encodedBytes the chunk's pages, dictionary included, before compression
   * @param averageValueBytes of the distinct values of a dictionary and of the values outside one
   */
  record ChunkSize(long encodedBytes, int averageValueBytes) {}

  private static final class HeaderStream extends InputStream {
    private final SeekableInputStream from;
    private final long length;
    private byte[] block = new byte[0];
    private long blockStart;
    private int at;

    HeaderStream(SeekableInputStream from, long length) {
      this.from = from;
      this.length = length;
    }

    long position() {
      return blockStart + at;
    }

    void seek(long position) {
      long inBlock = position - blockStart;
      if (inBlock >= 0 && inBlock <= block.length) {
        at = (int) inBlock;
      } else {
        block = new byte[0];
        blockStart = position;
        at = 0;
      }
    }

    void skipPage(int bytes) {
      seek(position() + bytes);
    }

    @Override
    public int read() throws IOException {
      if (at == block.length) {
        readBlock();
      }
      return block[at++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      if (at == block.length) {
        readBlock();
      }
      int read = Math.min(count, block.length - at);
      System.arraycopy(block, at, target, offset, read);
      at += read;
      return read;
    }

    private void readBlock() throws IOException {
      long start = position();
      int size = (int) Math.min(BLOCK_BYTES, length - start);
      if (size <= 0) {
        throw new EOFException("Ends at " + length + ", inside a page header");
      }
      byte[] bytes = new byte[size];
      from.seek(start);
      from.readFully(bytes);
      block = bytes;
      blockStart = start;
      at = 0;
    }
  }
}
