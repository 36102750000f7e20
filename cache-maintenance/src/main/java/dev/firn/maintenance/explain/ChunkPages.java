package dev.firn.maintenance.explain;

import java.io.IOException;
import java.util.OptionalLong;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.SeekableInputStream;

/**
 * What the page headers of one column chunk say.
 *
 * @param nonNull values that are not null; empty if neither headers nor statistics tell
 * @param distinct entries of the dictionary; empty unless all values are in it
 */
record ChunkPages(long bytes, long values, OptionalLong nonNull, OptionalLong distinct) {

  static ChunkPages read(SeekableInputStream stream, ColumnChunkMetaData chunk) throws IOException {
    long position = chunk.getStartingPos();
    long end = position + chunk.getTotalSize();
    long values = 0;
    long nulls = 0;
    boolean nullsKnown = true;
    long dictionary = -1;
    boolean allInDictionary = true;
    while (values < chunk.getValueCount() && position < end) {
      stream.seek(position);
      PageHeader header = Util.readPageHeader(stream);
      switch (header.getType()) {
        case DICTIONARY_PAGE -> dictionary = header.getDictionary_page_header().getNum_values();
        case DATA_PAGE -> {
          values += header.getData_page_header().getNum_values();
          nullsKnown = false;
          allInDictionary &= isDictionary(header.getData_page_header().getEncoding());
        }
        case DATA_PAGE_V2 -> {
          values += header.getData_page_header_v2().getNum_values();
          nulls += header.getData_page_header_v2().getNum_nulls();
          allInDictionary &= isDictionary(header.getData_page_header_v2().getEncoding());
        }
        case INDEX_PAGE -> {}
      }
      if (header.getCompressed_page_size() < 0) {
        throw new IOException("a page of " + header.getCompressed_page_size() + " bytes");
      }
      position = stream.getPos() + header.getCompressed_page_size();
    }
    OptionalLong nonNull =
        nullsKnown ? OptionalLong.of(values - nulls) : nonNullByStatistics(chunk);
    return new ChunkPages(
        chunk.getTotalSize(),
        chunk.getValueCount(),
        nonNull,
        dictionary >= 0 && allInDictionary ? OptionalLong.of(dictionary) : OptionalLong.empty());
  }

  private static OptionalLong nonNullByStatistics(ColumnChunkMetaData chunk) {
    Statistics<?> statistics = chunk.getStatistics();
    return statistics != null && statistics.isNumNullsSet()
        ? OptionalLong.of(chunk.getValueCount() - statistics.getNumNulls())
        : OptionalLong.empty();
  }

  private static boolean isDictionary(Encoding encoding) {
    return encoding == Encoding.RLE_DICTIONARY || encoding == Encoding.PLAIN_DICTIONARY;
  }
}
