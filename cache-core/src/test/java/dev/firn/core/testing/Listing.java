package dev.firn.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Everything below a directory: names, modification times and contents. Lock files are never opened
 * (they are empty): closing them would drop this process's locks.
 */
public final class Listing {
  private Listing() {}

  /** By path below the directory, with slashes. */
  public static Map<String, String> of(Path directory) throws IOException {
    return of(directory, path -> true);
  }

  /**
   * @param wanted by path below the directory, with slashes
   */
  public static Map<String, String> of(Path directory, Predicate<String> wanted)
      throws IOException {
    Map<String, String> listing = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      paths.forEach(
          path -> {
            String relative = directory.relativize(path).toString();
            if (wanted.test(relative)) {
              listing.put(relative, describe(path));
            }
          });
    }
    return listing;
  }

  private static String describe(Path path) {
    try {
      String time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toString();
      if (Files.isSymbolicLink(path)) {
        return "link to " + Files.readSymbolicLink(path) + " " + time;
      }
      if (!Files.isRegularFile(path)) {
        return "directory " + time;
      }
      if (path.getFileName().toString().endsWith(".lock")) {
        return "lock of " + Files.size(path) + " bytes " + time;
      }
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(path))) + " " + time;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
