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
 * Has the pages of one column chunk compressed in the background and counts what they take: those
 * that have been compressed as they are then, the others as they come, so that the count only falls
 * by waiting. Takes pages of version 1.
 */
final class CountedPages implements PageWriter {
  private final PageWriter to;
  private final CountingCompressor compressor;
  private final BackgroundPages background;
  private long handedOver;
  private volatile long compressed;

  /**
   * @param to compresses with {@code compressor}
   */
  CountedPages(PageWriter to, CountingCompressor compressor, BackgroundPages background) {
    this.to = to;
    this.compressor = compressor;
    this.background = background;
  }

  /** What the pages take at most; exactly, once {@link BackgroundPages#await} has returned. */
  long bytes() {
    // Read first: a page that is compressed meanwhile is counted twice rather than never.
    long done = compressed;
    return handedOver - done + compressor.bytes();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  private void write(BytesInput page, BackgroundPages.Writing writing) throws IOException {
    long size = page.size();
    handedOver += size;
    background.write(
        page,
        data -> {
          writing.write(data);
          compressed += size;
        });
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
    write(
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
    int values = page.getDictionarySize();
    write(
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
    return prefix + " " + bytes() + " bytes in pages";
  }
}
