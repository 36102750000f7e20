package dev.firn.maintenance.rewrite;

import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.statistics.geospatial.GeospatialStatistics;

/**
 * Counts the bytes of pages before they are compressed, which is done in the background. Takes
 * pages of version 1.
 */
final class CountedPages implements PageWriter {
  private final PageWriter to;
  private final BackgroundPages background;
  private long bytes;

  CountedPages(PageWriter to, BackgroundPages background) {
    this.to = to;
    this.background = background;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void writePage(
      BytesInput page,
      int values,
      int rows,
      Statistics<?> statistics,
      SizeStatistics sizes,
      GeospatialStatistics places,
      Encoding repetitions,
      Encoding definitions,
      Encoding encoding)
      throws IOException {
    bytes += page.size();
    background.write(
        page,
        data ->
            to.writePage(
                data, values, rows, statistics, sizes, places, repetitions, definitions, encoding));
  }

  @Override
  public void writePage(
      BytesInput page,
      int values,
      int rows,
      Statistics<?> statistics,
      Encoding repetitions,
      Encoding definitions,
      Encoding encoding) {
    throw new AssertionError("without statistics of sizes");
  }

  @Override
  @Deprecated
  public void writePage(
      BytesInput page,
      int values,
      Statistics<?> statistics,
      Encoding repetitions,
      Encoding definitions,
      Encoding encoding) {
    throw new AssertionError("without a row count");
  }

  @Override
  public void writePageV2(
      int rows,
      int nulls,
      int values,
      BytesInput repetitions,
      BytesInput definitions,
      Encoding encoding,
      BytesInput page,
      Statistics<?> statistics) {
    throw new AssertionError("of version 2");
  }

  @Override
  public void writeDictionaryPage(DictionaryPage page) throws IOException {
    bytes += page.getBytes().size();
    int values = page.getDictionarySize();
    background.write(
        page.getBytes(),
        data -> to.writeDictionaryPage(new DictionaryPage(data, values, page.getEncoding())));
  }

  /** None of its own: the pages are not part of what their writer has buffered. */
  @Override
  public long getMemSize() {
    return 0;
  }

  @Override
  public long allocatedSize() {
    return 0;
  }

  @Override
  public String memUsageString(String prefix) {
    return prefix + " " + bytes + " bytes in pages";
  }
}
