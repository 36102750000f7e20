package dev.firn.core.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.CapacityByteArrayOutputStream;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Compresses pages straight with the library: no Hadoop codec, no Hadoop configuration. What {@link
 * #compress} gives is valid until its next call; Parquet copies it at once.
 */
public final class ZstdPages implements BytesInputCompressor, AutoCloseable {
  /** For what is written once and soon rewritten. Level 1 writes a tenth more. */
  public static final int FAST = 3;

  /**
   * For what stays: a twentieth less than {@link #FAST} in twice the time. Higher levels take much
   * longer for another hundredth.
   */
  public static final int SMALL = 6;

  /** Larger pages are compressed piece by piece, smaller ones faster at once. */
  static final int LARGE_BYTES = 2 << 20;

  private static final int SLAB_BYTES = 64 << 10;

  private final int level;
  private final ZstdCompressCtx context;
  private byte[] buffer = new byte[4096];

  public ZstdPages(int level) {
    this.level = level;
    this.context = new ZstdCompressCtx().setLevel(level);
  }

  @Override
  public BytesInput compress(BytesInput page) throws IOException {
    return page.size() > LARGE_BYTES ? compressLarge(page) : compressSmall(page);
  }

  private BytesInput compressLarge(BytesInput page) throws IOException {
    CapacityByteArrayOutputStream to =
        new CapacityByteArrayOutputStream(
            SLAB_BYTES, Integer.MAX_VALUE, HeapByteBufferAllocator.getInstance());
    try (ZstdOutputStreamNoFinalizer compressed =
        new ZstdOutputStreamNoFinalizer(new Unclosed(to), level)) {
      page.writeAllTo(compressed);
    }
    return BytesInput.from(to);
  }

  /** Closing ends the compressed frame, and would drop the bytes. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream to) {
      super(to);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() {}
  }

  private BytesInput compressSmall(BytesInput page) {
    ByteBuffer from = page.toByteBuffer(HeapByteBufferAllocator.getInstance(), allocated -> {});
    int size = compress(from.array(), from.arrayOffset() + from.position(), from.remaining());
    return BytesInput.from(buffer, 0, size);
  }

  /** Compresses into {@link #compressed} and says how many bytes that are. */
  int compress(byte[] page, int offset, int length) {
    int bound = Math.toIntExact(Zstd.compressBound(length));
    if (bound > buffer.length) {
      buffer = new byte[bound];
    }
    return context.compressByteArray(buffer, 0, buffer.length, page, offset, length);
  }

  /** What was compressed last. */
  byte[] compressed() {
    return buffer;
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  @Override
  public void release() {}

  @Override
  public void close() {
    context.close();
  }
}
