package dev.firn.testdata;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Ten cache roots from the field, each with what its writer says is in it.
 *
 * <p>They were written under another path, so every absolute URL inside is wrong wherever they are
 * unpacked. Every test unpacks its own copy: a copy is not shared between tests that write.
 */
public final class FieldCaches {
  static final CacheArchive ARCHIVE = new CacheArchive("field-caches.tar.gz");
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
    return ARCHIVE.unpack(name, targetDir);
  }

  /**
   * What the writer's own reader found in a case: a JSON document, as text.
   *
   * @throws IllegalArgumentException if there is no case of that name
   */
  public static String expectedJson(String name) {
    requireKnown(name);
    return new String(ARCHIVE.bytesOf(name + EXPECTED), StandardCharsets.UTF_8);
  }

  /**
   * Every live row of a case, one JSON document {@code {"partition", "row"}} each, sorted as text.
   *
   * @throws IllegalArgumentException if there is no case of that name
   */
  public static List<String> rowLines(String name) {
    requireKnown(name);
    byte[] packed = ARCHIVE.bytesOf(name + ROWS);
    try (InputStream rows = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return CacheArchive.lines(rows.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name + ROWS + " of " + ARCHIVE, e);
    }
  }

  private static void requireKnown(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "No field cache is called \"" + name + "\"; there are " + String.join(", ", NAMES));
    }
  }
}
