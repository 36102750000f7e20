package dev.firn.maintenance.rewrite;

import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Counts what the pages of one column chunk take, compressed. One thread at a time compresses, any
 * may ask.
 */
final class CountingCompressor implements BytesInputCompressor {
  private final BytesInputCompressor compressor;
  private volatile long bytes;

  CountingCompressor(BytesInputCompressor compressor) {
    this.compressor = compressor;
  }

  long bytes() {
    return bytes;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
  public BytesInput compress(BytesInput page) throws IOException {
    BytesInput compressed = compressor.compress(page);
    bytes += compressed.size();
    return compressed;
  }

  @Override
  public CompressionCodecName getCodecName() {
    return compressor.getCodecName();
  }

  /** The compressor is not this chunk's alone. */
  @Override
  public void release() {}
}
