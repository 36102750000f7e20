package dev.firn.testdata;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Ten cache roots from the field, each with what its writer says is in it.
 *
 * <p>They were written under another path, so every absolute URL inside is wrong wherever they are
 * unpacked. Every test unpacks its own copy: a copy is not shared between tests that write.
 */
public final class FieldCaches {
  static final String ARCHIVE = "field-caches.tar.gz";
  private static final String EXPECTED = ".EXPECTED.json";
  private static final String ROWS = ".ROWS.jsonl.gz";

  private static final List<String> NAMES =
      List.of(
          "source-table-fresh",
          "source-table-compacted",
          "epoch-legacy",
          "with-deletes",
          "partitioned",
          "sorted",
          "crashed-compaction",
          "corrupt-cursor",
          "spool-pending",
          "spool-torn");

  private FieldCaches() {}

  /** The names of the ten cases, always in the same order. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * Unpacks a case to {@code targetDir/name}, which must not exist, and keeps the modification
   * times of its files and directories. Missing parents are created.
   *
   * @return the cache root, {@code targetDir/name}
   * @throws IllegalArgumentException if there is no case of that name
   * @throws FileAlreadyExistsException if something stands at {@code targetDir/name}
   * @throws IOException if the archive holds anything but files and directories below the case, or
   *     the disk refuses; what was unpacked until then stays
   */
  public static Path unpack(String name, Path targetDir) throws IOException {
    requireKnown(name);
    Files.createDirectories(targetDir);
    Path root = targetDir.resolve(name);
    Files.createDirectory(root);
    // Writing into a directory touches it, so their times are set when nothing is left to write.
    Map<Path, FileTime> directoryTimes = new LinkedHashMap<>();
    try (TarArchiveInputStream tar = open()) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String path = pathOf(entry);
        if (!path.equals(name) && !path.startsWith(name + "/")) {
          continue;
        }
        Path target = targetBelow(root, path.substring(name.length()), entry);
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          directoryTimes.put(target, entry.getLastModifiedTime());
        } else {
          Files.createDirectories(parentOf(target));
          Files.copy(tar, target);
          Files.setLastModifiedTime(target, entry.getLastModifiedTime());
        }
      }
    }
    for (Map.Entry<Path, FileTime> directory : directoryTimes.entrySet()) {
      Files.setLastModifiedTime(directory.getKey(), directory.getValue());
    }
    return root;
  }

  /**
   * What the writer's own reader found in a case: a JSON document, as text.
   *
   * @throws IllegalArgumentException if there is no case of that name
   */
  public static String expectedJson(String name) {
    requireKnown(name);
    return new String(bytesOf(name + EXPECTED), StandardCharsets.UTF_8);
  }

  /**
   * Every live row of a case, one JSON document {@code {"partition", "row"}} each, sorted as text.
   *
   * @throws IllegalArgumentException if there is no case of that name
   */
  public static List<String> rowLines(String name) {
    requireKnown(name);
    try (InputStream rows = new GZIPInputStream(new ByteArrayInputStream(bytesOf(name + ROWS)))) {
      // Not String.lines(): only a line feed ends a row.
      String text = new String(rows.readAllBytes(), StandardCharsets.UTF_8);
      return text.isEmpty() ? List.of() : List.of(text.split("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name + ROWS + " of " + ARCHIVE, e);
    }
  }

  /** The archive itself, from its beginning. */
  static TarArchiveInputStream open() throws IOException {
    InputStream archive = FieldCaches.class.getResourceAsStream(ARCHIVE);
    if (archive == null) {
      throw new FileNotFoundException(ARCHIVE + " is not beside " + FieldCaches.class.getName());
    }
    return new TarArchiveInputStream(new GZIPInputStream(new BufferedInputStream(archive)));
  }

  /** An entry's path without a leading {@code ./} or a trailing slash; the top is empty. */
  static String pathOf(TarArchiveEntry entry) {
    String path = entry.getName();
    path = path.startsWith("./") ? path.substring(2) : path;
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** Where an entry goes, or an exception if it is a link, a device, or not below the root. */
  static Path targetBelow(Path root, String below, TarArchiveEntry entry) throws IOException {
    if (!entry.isDirectory() && (!entry.isFile() || entry.isLink() || entry.isSymbolicLink())) {
      throw new IOException(
          "Neither a file nor a directory in " + ARCHIVE + ": " + entry.getName());
    }
    Path target = root;
    for (String step : below.split("/")) {
      if (step.equals("..")) {
        throw new IOException("Entry of " + ARCHIVE + " leaves its case: " + entry.getName());
      }
      target = step.isEmpty() ? target : target.resolve(step);
    }
    return target;
  }

  private static Path parentOf(Path target) {
    Path parent = target.getParent();
    if (parent == null) {
      throw new AssertionError("A file below a case has a parent: " + target);
    }
    return parent;
  }

  private static byte[] bytesOf(String path) {
    try (TarArchiveInputStream tar = open()) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (pathOf(entry).equals(path)) {
          return tar.readAllBytes();
        }
      }
      throw new FileNotFoundException(path + " is not in " + ARCHIVE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path + " of " + ARCHIVE, e);
    }
  }

  private static void requireKnown(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "No field cache is called \"" + name + "\"; there are " + String.join(", ", NAMES));
    }
  }
}
