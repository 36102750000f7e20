package dev.firn.testdata;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Small caches as each version of the format was written, by the Firn of that time ({@code
 * src/main/golden/make-golden.sh}). Whatever comes later must open them all.
 */
public final class GoldenCaches {
  private static final CacheArchive ARCHIVE = new CacheArchive("golden-caches.tar.gz");
  private static final List<String> NAMES = List.of("v1");

  private GoldenCaches() {}

  /** The oldest first. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * Unpacks one to {@code targetDir/name}, which must not exist.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Path unpack(String name, Path targetDir) throws IOException {
    requireKnown(name);
    return ARCHIVE.unpack(name, targetDir);
  }

  /**
   * Every row that was acknowledged, held ones too: one JSON document {@code {"partition", "row"}}
   * each.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static List<String> rowLines(String name) {
    requireKnown(name);
    return CacheArchive.lines(ARCHIVE.bytesOf(name + ".ROWS.jsonl"));
  }

  private static void requireKnown(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "No golden cache is called \"" + name + "\"; there are " + String.join(", ", NAMES));
    }
  }
}
