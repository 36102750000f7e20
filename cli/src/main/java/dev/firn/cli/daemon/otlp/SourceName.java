package dev.firn.cli.daemon.otlp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a service is called as the value of a partition. Almost always its name; what cannot stand
 * in a path is percent-encoded in UTF-8 ({@code team%2Fcheckout}), and the percent sign too. So two
 * services never share a partition. A name that is too long then is cut and ends in {@code ~} and
 * the beginning of its SHA-256.
 */
final class SourceName {
  /** What OpenTelemetry calls a service without a name. */
  static final String UNKNOWN = "unknown_service";

  private static final int MAX_BYTES = 200;
  private static final int DIGEST_BYTES = 8;

  private SourceName() {}

  static String of(String serviceName) {
    if (serviceName.isEmpty()) {
      return UNKNOWN;
    }
    boolean dots = serviceName.equals(".") || serviceName.equals("..");
    StringBuilder encoded = new StringBuilder();
    serviceName
        .codePoints()
        .forEach(
            c -> {
              if (c < ' ' || c == 0x7f || c == '/' || c == '\\' || c == '%' || dots) {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
              } else {
                encoded.appendCodePoint(c);
              }
            });
    String name = encoded.toString();
    return bytes(name) <= MAX_BYTES ? name : shortened(name);
  }

  private static String shortened(String name) {
    String digest = HexFormat.of().formatHex(digest(name), 0, DIGEST_BYTES);
    int room = MAX_BYTES - 1 - digest.length();
    int end = 0;
    int used = 0;
    while (end < name.length()) {
      int next = name.offsetByCodePoints(end, 1);
      used += bytes(name.substring(end, next));
      if (used > room) {
        break;
      }
      end = next;
    }
    return name.substring(0, end) + "~" + digest;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
