package dev.firn.maintenance.rewrite;

import io.airlift.compress.lz4.Lz4HadoopStreams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** LZ4 in Hadoop's framing, by somebody else's code than the rewriter's. */
final class HadoopLz4 implements CompressionCodecFactory {
  private final Lz4HadoopStreams streams = new Lz4HadoopStreams();

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    return new BytesInputCompressor() {
      @Override
      public BytesInput compress(BytesInput page) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (OutputStream compressed = streams.createOutputStream(to)) {
          page.writeAllTo(compressed);
        }
        return BytesInput.from(to.toByteArray());
      }

      @Override
      public CompressionCodecName getCodecName() {
        return codec;
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new BytesInputDecompressor() {
      @Override
      public BytesInput decompress(BytesInput page, int size) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        page.writeAllTo(whole);
        try (InputStream stream =
            streams.createInputStream(new ByteArrayInputStream(whole.toByteArray()))) {
          return BytesInput.from(stream.readNBytes(size));
        }
      }

      @Override
      public void decompress(ByteBuffer from, int length, ByteBuffer to, int size) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public void release() {}
}
