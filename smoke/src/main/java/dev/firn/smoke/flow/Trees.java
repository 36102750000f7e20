package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Directories with all that is in them. Symbolic links are names like others, never followed. */
final class Trees {
  private static final int BUFFER_BYTES = 1 << 16;

  private Trees() {}

  /** Names in a directory, sorted; none if it is not there. */
  static List<String> names(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> Objects.requireNonNull(entry.getFileName()).toString())
          .sorted()
          .toList();
    }
  }

  /** A copy with files of its own, times kept: what happens to it cannot reach the original. */
  static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectory(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                file,
                to.resolve(from.relativize(file)),
                StandardCopyOption.COPY_ATTRIBUTES,
                LinkOption.NOFOLLOW_LINKS);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, java.io.IOException error)
              throws IOException {
            Files.setLastModifiedTime(
                to.resolve(from.relativize(directory)), Files.getLastModifiedTime(directory));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Kind, size, modification time and checksum of everything below a directory, by path. */
  static Map<String, String> listing(Path root) throws IOException {
    Map<String, String> listing = new TreeMap<>();
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return listing;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        listing.put(root.relativize(path).toString(), describe(path));
      }
    }
    return listing;
  }

  private static String describe(Path path) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String time = attributes.lastModifiedTime().toString();
    if (attributes.isSymbolicLink()) {
      return "link to " + Files.readSymbolicLink(path);
    }
    if (!attributes.isRegularFile()) {
      return (attributes.isDirectory() ? "directory " : "other ") + time;
    }
    // An empty file has no content to compare, and may be a lock: nobody else opens those.
    return "file " + attributes.size() + " " + time + (attributes.size() == 0 ? "" : sha(path));
  }

  private static String sha(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
    byte[] buffer = new byte[BUFFER_BYTES];
    try (var in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return " " + HexFormat.of().formatHex(digest.digest());
  }

  /** What differs between two listings, in a few lines; empty if nothing does. */
  static List<String> differences(Map<String, String> before, Map<String, String> after) {
    Map<String, String> differences = new TreeMap<>();
    before.forEach(
        (path, state) -> {
          if (!after.containsKey(path)) {
            differences.put(path, "has gone");
          } else if (!state.equals(after.get(path))) {
            differences.put(path, "was " + state + ", is " + after.get(path));
          }
        });
    after.keySet().stream()
        .filter(path -> !before.containsKey(path))
        .forEach(path -> differences.put(path, "is new"));
    return differences.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }

  static void remove(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path :
          (Iterable<Path>) paths.sorted(java.util.Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
