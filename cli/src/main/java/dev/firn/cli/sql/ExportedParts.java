package dev.firn.cli.sql;

import dev.firn.core.disk.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The files of one partition's export: {@code data.EXT}, or {@code data-00001.EXT} and so on where
 * they are limited in size. Each is written under a temporary name beside it, and they get their
 * names when all are whole; a name that somebody else took meanwhile is left to them, and then none
 * of the files gets one.
 *
 * <p>Killed while it writes: only temporary names are there, of the form {@link #isLeft}. Killed
 * while it names: every file that has its name is whole, and others may be missing.
 */
final class ExportedParts implements Closeable {
  private static final Pattern LEFT =
      Pattern.compile("data(-\\d{5})?\\.\\w+\\.firn-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final Disk disk;
  private final Path directory;
  private final String extension;
  private final boolean numbered;
  private final String mark = ".firn-" + UUID.randomUUID();
  private final Map<Path, Path> parts = new LinkedHashMap<>(); // temporary to its name

  ExportedParts(Disk disk, Path directory, String extension, boolean numbered) {
    this.disk = disk;
    this.directory = directory;
    this.extension = extension;
    this.numbered = numbered;
  }

  /** True for a temporary name, of an export that runs or was killed. */
  static boolean isLeft(String name) {
    return LEFT.matcher(name).matches();
  }

  /** True for the name of an exported file. */
  static boolean isPart(String name, String extension) {
    return name.matches("data(-\\d{5})?\\." + Pattern.quote(extension));
  }

  /** Where they go, for people. */
  String place() {
    return directory.toString();
  }

  /** The temporary name of one more file. */
  Path next() {
    String name = numbered ? String.format(Locale.ROOT, "data-%05d", parts.size() + 1) : "data";
    Path file = directory.resolve(name + "." + extension);
    Path temporary = directory.resolve(file.getFileName() + mark);
    parts.put(temporary, file);
    return temporary;
  }

  /** The temporary name of a directory, of the same form; whoever makes it removes it. */
  Path directory() {
    return directory.resolve("data." + extension + mark);
  }

  /** The temporary names, in order. */
  List<Path> temporaries() {
    return List.copyOf(parts.keySet());
  }

  /**
   * Gives the files their names, durably.
   *
   * @throws FileAlreadyExistsException if somebody else took one
   */
  List<Path> publish() throws IOException {
    List<Path> named = new ArrayList<>();
    try {
      for (Map.Entry<Path, Path> part : parts.entrySet()) {
        disk.link(part.getKey(), part.getValue());
        named.add(part.getValue());
      }
      disk.syncDirectory(directory);
      return named;
    } catch (IOException e) {
      for (Path file : named) {
        disk.delete(file);
      }
      throw e;
    }
  }

  /** Removes the temporary names that are there. */
  @Override
  public void close() throws IOException {
    for (Path temporary : parts.keySet()) {
      if (disk.stat(temporary).isPresent()) {
        disk.delete(temporary);
      }
    }
  }
}
