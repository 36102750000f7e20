package dev.firn.maintenance.verify;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages that may be damaged: a size is believed, and memory taken for it, only as far
 * as the compressed bytes bear it out.
 */
final class PageBytes implements AutoCloseable {
  private static final int STEP_BYTES = 1 << 20;

  private final CodecFactory others = new CodecFactory(new PlainParquetConfiguration(), 0);

  /**
   * @param size what the page's header says of the decompressed bytes
   * @throws IOException or a runtime exception if the bytes are not that
   */
  byte[] decompress(CompressionCodecName codec, byte[] page, int offset, int length, int size)
      throws IOException {
    if (size < 0) {
      throw new IOException("a page of " + size + " bytes");
    }
    switch (codec) {
      case UNCOMPRESSED -> {
        require(length, size);
        byte[] bytes = new byte[size];
        System.arraycopy(page, offset, bytes, 0, size);
        return bytes;
      }
      case SNAPPY -> {
        require(Snappy.uncompressedLength(page, offset, length), size);
        byte[] bytes = new byte[size];
        require(Snappy.uncompress(page, offset, length, bytes, 0), size);
        return bytes;
      }
      case ZSTD -> {
        long declared = Zstd.getFrameContentSize(page, offset, length);
        if (declared > 0) {
          require(declared, size);
        }
        try (InputStream stream =
            new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(page, offset, length))) {
          return exactly(stream, size);
        }
      }
      case GZIP -> {
        try (InputStream stream =
            new GZIPInputStream(new ByteArrayInputStream(page, offset, length))) {
          return exactly(stream, size);
        }
      }
      default -> {
        ByteBuffer bytes =
            others
                .getDecompressor(codec)
                .decompress(BytesInput.from(page, offset, length), size)
                .toByteBuffer(HeapByteBufferAllocator.getInstance(), allocated -> {});
        require(bytes.remaining(), size);
        byte[] copy = new byte[size];
        bytes.get(copy);
        return copy;
      }
    }
  }

  /** Grows with what comes, so that a wrong size costs no more than the bytes that are there. */
  private static byte[] exactly(InputStream stream, int size) throws IOException {
    byte[] bytes = new byte[Math.min(size, STEP_BYTES)];
    int at = 0;
    while (true) {
      int read = stream.readNBytes(bytes, at, bytes.length - at);
      at += read;
      if (at < bytes.length || bytes.length == size) {
        break;
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(size, 2L * bytes.length));
    }
    if (at < size || stream.read() >= 0) {
      throw new IOException(
          "a page of "
              + (at < size ? at : "more than " + size)
              + " bytes, its"
              + " header says "
              + size);
    }
    return bytes;
  }

  private static void require(long found, int size) throws IOException {
    if (found != size) {
      throw new IOException("a page of " + found + " bytes, its header says " + size);
    }
  }

  @Override
  public void close() {
    others.release();
  }
}
