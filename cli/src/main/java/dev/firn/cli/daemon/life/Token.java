package dev.firn.cli.daemon.life;

import dev.firn.cli.config.DaemonSettings;
import dev.firn.cli.failure.UsageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The secret that callers must know. Compared in a time that tells nothing of where two differ, nor
 * of how long the right one is: what is compared are digests.
 */
public final class Token {
  private static final int SHORTEST = 16;
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final byte[] digest;

  private Token(byte[] digest) {
    this.digest = digest;
  }

  /**
   * The one that the settings name; empty if they name none and need none.
   *
   * @throws UsageException if one is needed, or the file is not as it must be
   */
  public static Optional<Token> load(DaemonSettings settings) throws IOException {
    if (settings.tokenFile().isEmpty()) {
      if (!isLoopback(settings.host())) {
        throw new UsageException(
            "daemon.listen: "
                + settings.host()
                + " can be reached from other machines; that needs daemon.token_file, a file of"
                + " mode 0600 with a secret of "
                + SHORTEST
                + " characters or more");
      }
      return Optional.empty();
    }
    return Optional.of(read(settings.tokenFile().get()));
  }

  private static Token read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UsageException("daemon.token_file: " + file + " is no file");
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(permissions)) {
      throw new UsageException(
          "daemon.token_file: "
              + file
              + " can be read or written by others than its owner; expected mode 0600");
    }
    if (Files.size(file) > 4096) {
      throw new UsageException("daemon.token_file: " + file + " holds more than one secret would");
    }
    String secret = Files.readString(file).strip();
    if (secret.length() < SHORTEST) {
      throw new UsageException(
          "daemon.token_file: "
              + file
              + " holds "
              + secret.length()
              + " characters; expected "
              + SHORTEST
              + " or more");
    }
    return of(secret);
  }

  static Token of(String secret) {
    return new Token(digest(secret));
  }

  /** True if this is the secret. */
  public boolean matches(String given) {
    return MessageDigest.isEqual(digest, digest(given));
  }

  /** True if only this machine can reach the address. */
  public static boolean isLoopback(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
