package dev.firn.maintenance.rewrite;

import com.github.luben.zstd.Zstd;
import dev.firn.core.parquet.ZstdPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * The codecs of one rewrite: Snappy, Zstandard and plain pages straight from their libraries, so
 * that no Hadoop codec and no Hadoop configuration is loaded for them; anything else through
 * Parquet's own factory.
 *
 * <p>Compresses as Zstandard only. {@link #release} does nothing, because every reader that closes
 * calls it; {@link #close} frees the native memory. Not safe for several threads.
 */
final class PageCodecs implements CompressionCodecFactory, AutoCloseable {
  private final ZstdPages compressor = new ZstdPages();
  private final ZstdInput zstd = new ZstdInput();
  private final SnappyPages snappy = new SnappyPages();
  private final PlainPages plain = new PlainPages();
  private final CodecFactory others = new CodecFactory(new PlainParquetConfiguration(), 0);

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    if (codec != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("Pages are written as ZSTD, not " + codec);
    }
    return compressor;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> plain;
      case SNAPPY -> snappy;
      case ZSTD -> zstd;
      default -> others.getDecompressor(codec);
    };
  }

  @Override
  public void release() {}

  @Override
  public void close() {
    compressor.close();
    others.release();
  }

  /** The bytes in an array; not a copy if they are in one already. */
  private static ByteBuffer buffer(BytesInput bytes) {
    return bytes.toByteBuffer(HeapByteBufferAllocator.getInstance(), allocated -> {});
  }

  /**
   * Decompresses from arrays into fresh arrays, and believes no size that the codec contradicts.
   */
  private abstract static class ArrayPages implements BytesInputDecompressor {
    abstract void decompress(byte[] from, int offset, int length, byte[] to) throws IOException;

    /** The size that the compressed bytes themselves declare; negative if they do not. */
    abstract long declaredSize(byte[] from, int offset, int length) throws IOException;

    @Override
    public final BytesInput decompress(BytesInput page, int size) throws IOException {
      ByteBuffer from = buffer(page);
      int offset = from.arrayOffset() + from.position();
      long declared = declaredSize(from.array(), offset, from.remaining());
      if (size < 0 || (declared >= 0 && declared != size)) {
        throw new IOException("Page holds " + declared + " bytes, its header says " + size);
      }
      byte[] to = new byte[size];
      decompress(from.array(), offset, from.remaining(), to);
      return BytesInput.from(to);
    }

    @Override
    public final void decompress(ByteBuffer from, int length, ByteBuffer to, int size)
        throws IOException {
      ByteBuffer page = from.slice().limit(length);
      to.put(buffer(decompress(BytesInput.from(page), size)));
      from.position(from.position() + length);
    }

    @Override
    public final void release() {}
  }

  private static final class PlainPages extends ArrayPages {
    @Override
    long declaredSize(byte[] from, int offset, int length) {
      return length;
    }

    @Override
    void decompress(byte[] from, int offset, int length, byte[] to) {
      System.arraycopy(from, offset, to, 0, length);
    }
  }

  private static final class SnappyPages extends ArrayPages {
    @Override
    long declaredSize(byte[] from, int offset, int length) throws IOException {
      return Snappy.uncompressedLength(from, offset, length);
    }

    @Override
    void decompress(byte[] from, int offset, int length, byte[] to) throws IOException {
      Snappy.uncompress(from, offset, length, to, 0);
    }
  }

  private static final class ZstdInput extends ArrayPages {
    @Override
    long declaredSize(byte[] from, int offset, int length) {
      // A writer that streams leaves the size out.
      long declared = Zstd.getFrameContentSize(from, offset, length);
      return declared > 0 ? declared : -1;
    }

    @Override
    void decompress(byte[] from, int offset, int length, byte[] to) throws IOException {
      long size = Zstd.decompressByteArray(to, 0, to.length, from, offset, length);
      if (Zstd.isError(size) || size != to.length) {
        throw new IOException(
            "Page does not decompress: "
                + (Zstd.isError(size) ? Zstd.getErrorName(size) : size + " bytes"));
      }
    }
  }
}
