package dev.firn.maintenance.rewrite;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.firn.core.parquet.ZstdPages;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.brotli.dec.BrotliInputStream;
import org.xerial.snappy.Snappy;

/**
 * The codecs of one rewrite, straight from their libraries: no Hadoop codec and no Hadoop
 * configuration is loaded, and nothing has to be installed. LZO has no such library and is not
 * {@link #SUPPORTED}.
 *
 * <p>Compresses as Zstandard only. No size is believed that the codec contradicts, and none makes
 * more be allocated than the compressed bytes can unfold to. Not safe for several threads. {@link
 * #release} does nothing, because every reader that closes calls it; {@link #close} frees the
 * native memory.
 */
final class PageCodecs implements CompressionCodecFactory, AutoCloseable {
  private final ZstdPages compressor = new ZstdPages(ZstdPages.SMALL);
  private final Map<CompressionCodecName, ArrayPages> decompressors =
      new EnumMap<>(
          Map.of(
              CompressionCodecName.UNCOMPRESSED, new PlainPages(),
              CompressionCodecName.SNAPPY, new SnappyPages(),
              CompressionCodecName.GZIP, new StreamedPages(GZIPInputStream::new),
              CompressionCodecName.ZSTD, new ZstdInput(),
              CompressionCodecName.LZ4_RAW, new Lz4Pages(),
              CompressionCodecName.LZ4, new FramedLz4Pages(),
              CompressionCodecName.BROTLI, new StreamedPages(BrotliInputStream::new)));

  /** What pages may be compressed with. */
  static final Set<CompressionCodecName> SUPPORTED =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.GZIP,
          CompressionCodecName.ZSTD,
          CompressionCodecName.LZ4_RAW,
          CompressionCodecName.LZ4,
          CompressionCodecName.BROTLI);

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    if (codec != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("Pages are written as ZSTD, not " + codec);
    }
    return compressor;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    ArrayPages decompressor = decompressors.get(codec);
    if (decompressor == null) {
      throw new IllegalArgumentException(codec + " is not supported");
    }
    return decompressor;
  }

  @Override
  public void release() {}

  @Override
  public void close() {
    compressor.close();
  }

  /** The bytes in an array; not a copy if they are in one already. */
  private static ByteBuffer buffer(BytesInput bytes) {
    return bytes.toByteBuffer(HeapByteBufferAllocator.getInstance(), allocated -> {});
  }

  /** Decompresses from arrays into fresh arrays. */
  private abstract static class ArrayPages implements BytesInputDecompressor {

    /**
     * @param size what the page's header says; not negative
     */
    abstract byte[] decompress(byte[] from, int offset, int length, int size) throws IOException;

    @Override
    public final BytesInput decompress(BytesInput page, int size) throws IOException {
      if (size < 0) {
        throw new IOException("Page header says " + size + " bytes");
      }
      ByteBuffer from = buffer(page);
      int offset = from.arrayOffset() + from.position();
      return BytesInput.from(decompress(from.array(), offset, from.remaining(), size));
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

    static void requireSize(long found, int size) throws IOException {
      if (found != size) {
        throw new IOException("Page holds " + found + " bytes, its header says " + size);
      }
    }
  }

  private static final class PlainPages extends ArrayPages {
    @Override
    byte[] decompress(byte[] from, int offset, int length, int size) throws IOException {
      requireSize(length, size);
      byte[] to = new byte[size];
      System.arraycopy(from, offset, to, 0, size);
      return to;
    }
  }

  private static final class SnappyPages extends ArrayPages {
    @Override
    byte[] decompress(byte[] from, int offset, int length, int size) throws IOException {
      requireSize(Snappy.uncompressedLength(from, offset, length), size);
      byte[] to = new byte[size];
      Snappy.uncompress(from, offset, length, to, 0);
      return to;
    }
  }

  private interface Decompression {
    InputStream of(InputStream compressed) throws IOException;
  }

  /** Codecs that do not say how much is to come: the array grows with what does. */
  private static final class StreamedPages extends ArrayPages {
    private final Decompression codec;

    StreamedPages(Decompression codec) {
      this.codec = codec;
    }

    @Override
    byte[] decompress(byte[] from, int offset, int length, int size) throws IOException {
      try (InputStream stream = codec.of(new ByteArrayInputStream(from, offset, length))) {
        byte[] to = stream.readNBytes(size);
        requireSize(to.length, size);
        if (stream.read() >= 0) {
          throw new IOException("Page holds more than the " + size + " bytes of its header");
        }
        return to;
      }
    }
  }

  private static final class ZstdInput extends ArrayPages {
    private final StreamedPages undeclared = new StreamedPages(ZstdInputStreamNoFinalizer::new);

    @Override
    byte[] decompress(byte[] from, int offset, int length, int size) throws IOException {
      long declared = Zstd.getFrameContentSize(from, offset, length);
      if (declared <= 0) {
        // A writer that streams leaves the size out.
        return undeclared.decompress(from, offset, length, size);
      }
      requireSize(declared, size);
      byte[] to = new byte[size];
      long found = Zstd.decompressByteArray(to, 0, size, from, offset, length);
      if (Zstd.isError(found)) {
        throw new IOException("Page does not decompress: " + Zstd.getErrorName(found));
      }
      requireSize(found, size);
      return to;
    }
  }

  private static final class Lz4Pages extends ArrayPages {
    /** A byte of LZ4 unfolds to at most 255. */
    private static final long MAX_RATIO = 255;

    private final Lz4Decompressor codec = new Lz4Decompressor();

    @Override
    byte[] decompress(byte[] from, int offset, int length, int size) throws IOException {
      requirePossible(length, size);
      byte[] to = new byte[size];
      requireSize(codec.decompress(from, offset, length, to, 0, size), size);
      return to;
    }

    static void requirePossible(int length, int size) throws IOException {
      if (size > length * MAX_RATIO) {
        throw new IOException("Page header says " + size + " bytes, compressed to " + length);
      }
    }
  }

  /**
   * What is called LZ4 without more: blocks, each after its size, of chunks, each after its
   * compressed size, as Hadoop writes them; or the bare LZ4 of some early writers.
   */
  private static final class FramedLz4Pages extends ArrayPages {
    private final Lz4Decompressor codec = new Lz4Decompressor();
    private final Lz4Pages bare = new Lz4Pages();

    @Override
    byte[] decompress(byte[] from, int offset, int length, int size) throws IOException {
      Lz4Pages.requirePossible(length, size);
      byte[] to = new byte[size];
      return isFramed(ByteBuffer.wrap(from, offset, length), to)
          ? to
          : bare.decompress(from, offset, length, size);
    }

    private boolean isFramed(ByteBuffer from, byte[] to) {
      int done = 0;
      while (from.remaining() >= Integer.BYTES) {
        int block = from.getInt();
        if (block < 0 || block > to.length - done) {
          return false;
        }
        int blockEnd = done + block;
        while (done < blockEnd) {
          int chunk = from.remaining() >= Integer.BYTES ? from.getInt() : -1;
          if (chunk <= 0 || chunk > from.remaining()) {
            return false;
          }
          int found = chunk(from, chunk, to, done, blockEnd);
          if (found <= 0) {
            return false;
          }
          done += found;
        }
      }
      return done == to.length && !from.hasRemaining();
    }

    private int chunk(ByteBuffer from, int length, byte[] to, int start, int end) {
      int at = from.arrayOffset() + from.position();
      from.position(from.position() + length);
      try {
        return codec.decompress(from.array(), at, length, to, start, end - start);
      } catch (RuntimeException e) {
        return -1;
      }
    }
  }
}
