package dev.firn.core.generation;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The numbered metadata files of a generation. The newest by listing is the current one; the
 * version hint is for other programs and is believed by nobody here.
 */
public final class MetadataVersions {
  private static final int MAX_DIGITS = 9;
  private static final String ENDING = ".metadata.json";
  private static final String COMPRESSED_ENDING = ".gz.metadata.json";

  private MetadataVersions() {}

  /** A metadata file in {@code metadata/}. */
  record MetadataVersion(int number, String fileName) {}

  public static String format(int number) {
    return "v" + number + ENDING;
  }

  /** By hand: it is asked of every name in every {@code metadata/}. */
  public static OptionalInt parse(String fileName) {
    String ending = fileName.endsWith(COMPRESSED_ENDING) ? COMPRESSED_ENDING : ENDING;
    int digits = fileName.length() - ending.length() - 1;
    if (digits < 1
        || digits > MAX_DIGITS
        || fileName.charAt(0) != 'v'
        || !fileName.endsWith(ending)
        || (digits > 1 && fileName.charAt(1) == '0')) {
      return OptionalInt.empty();
    }
    int number = 0;
    for (int i = 1; i <= digits; i++) {
      char c = fileName.charAt(i);
      if (c < '0' || c > '9') {
        return OptionalInt.empty();
      }
      number = number * 10 + (c - '0');
    }
    return OptionalInt.of(number);
  }

  /** The newest, or empty if there is none or no {@code metadata/}. */
  static Optional<MetadataVersion> findNewest(Disk disk, GenerationPaths paths) throws IOException {
    Optional<MetadataVersion> newest = Optional.empty();
    try {
      for (String fileName : disk.list(paths.metadata())) {
        OptionalInt number = parse(fileName);
        if (number.isPresent() && (newest.isEmpty() || newest.get().number() < number.getAsInt())) {
          newest = Optional.of(new MetadataVersion(number.getAsInt(), fileName));
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    return newest;
  }

  /**
   * True if this version is there and the next one is not. Versions are removed from the lowest up,
   * so there is none above the next one either. Costs the same however many there are, and little:
   * every append asks.
   */
  static boolean isNewest(Disk disk, GenerationPaths paths, MetadataVersion version)
      throws IOException {
    Path directory = paths.metadata();
    String next = format(version.number() + 1);
    return !disk.exists(directory.resolve(next))
        && !disk.exists(directory.resolve(next.replace(ENDING, COMPRESSED_ENDING)))
        && disk.exists(directory.resolve(version.fileName()));
  }

  static MetadataVersion loadNewest(Disk disk, GenerationPaths paths) throws IOException {
    return findNewest(disk, paths)
        .orElseThrow(() -> new Corrupt(paths.metadata(), "a file v<number>.metadata.json", "none"));
  }
}
