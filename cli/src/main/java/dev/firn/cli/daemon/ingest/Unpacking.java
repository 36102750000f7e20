package dev.firn.cli.daemon.ingest;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** How a body is packed. */
public enum Unpacking {
  NONE,
  GZIP,
  ZSTD;

  /** Of a header {@code Content-Encoding}; empty if it is not known. */
  public static Optional<Unpacking> of(@Nullable String encoding) {
    if (encoding == null) {
      return Optional.of(NONE);
    }
    return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> Optional.of(NONE);
      case "gzip", "x-gzip" -> Optional.of(GZIP);
      case "zstd" -> Optional.of(ZSTD);
      default -> Optional.empty();
    };
  }

  /** The bytes that are packed in a body. A window of more than 8 MiB is refused. */
  InputStream open(Body packed) throws IOException {
    InputStream in = new ByteArrayInputStream(packed.bytes(), packed.start(), packed.length());
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GZIPInputStream(in, 1 << 16);
      case ZSTD -> new ZstdInputStreamNoFinalizer(in).setLongMax(23);
    };
  }
}
