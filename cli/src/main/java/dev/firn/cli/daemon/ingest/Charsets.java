package dev.firn.cli.daemon.ingest;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.MimeTypes;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code Content-Type} says that the bytes of a body are. JSON is UTF-8; some clients say
 * ISO-8859-1 of all they send, which for ASCII is the same. Where it is not, bytes of another
 * encoding would pass now and then and be other characters.
 */
final class Charsets {
  private static final Set<String> FITTING = Set.of("utf-8", "utf8", "us-ascii", "ascii");

  private Charsets() {}

  /** Another encoding that a body is said to be in, and may be; empty if it is UTF-8. */
  static Optional<String> other(@Nullable String contentType, Body body) {
    String charset = contentType == null ? null : MimeTypes.getCharsetFromContentType(contentType);
    return charset == null || FITTING.contains(charset.toLowerCase(Locale.ROOT)) || isAscii(body)
        ? Optional.empty()
        : Optional.of(charset);
  }

  private static boolean isAscii(Body body) {
    for (int i = body.start(); i < body.end(); i++) {
      if (body.bytes()[i] < 0) {
        return false;
      }
    }
    return true;
  }
}
