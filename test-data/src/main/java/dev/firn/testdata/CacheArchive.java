package dev.firn.testdata;

import java.io.BufferedInputStream;
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

/** A gzipped tar beside the classes: cache roots, one a directory, and files about each. */
final class CacheArchive {
  private final String file;

  CacheArchive(String file) {
    this.file = file;
  }

  /**
   * Unpacks a root to {@code targetDir/name}, which must not exist, and keeps the modification
   * times of its files and directories. Missing parents are created.
   *
   * @return the cache root, {@code targetDir/name}
   * @throws FileAlreadyExistsException if something stands at {@code targetDir/name}
   * @throws IOException if the archive holds anything but files and directories below the root, or
   *     the disk refuses; what was unpacked until then stays
   */
  Path unpack(String name, Path targetDir) throws IOException {
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

  /** Lines of text: only a line feed ends one, which is not how {@code String.lines()} sees it. */
  static List<String> lines(byte[] text) {
    String all = new String(text, StandardCharsets.UTF_8);
    return all.isEmpty() ? List.of() : List.of(all.split("\n"));
  }

  @Override
  public String toString() {
    return file;
  }

  /** The archive itself, from its beginning. */
  TarArchiveInputStream open() throws IOException {
    InputStream archive = CacheArchive.class.getResourceAsStream(file);
    if (archive == null) {
      throw new FileNotFoundException(file + " is not beside " + CacheArchive.class.getName());
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
  Path targetBelow(Path root, String below, TarArchiveEntry entry) throws IOException {
    if (!entry.isDirectory() && (!entry.isFile() || entry.isLink() || entry.isSymbolicLink())) {
      throw new IOException("Neither a file nor a directory in " + file + ": " + entry.getName());
    }
    Path target = root;
    for (String step : below.split("/")) {
      if (step.equals("..")) {
        throw new IOException("Entry of " + file + " leaves its case: " + entry.getName());
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

  byte[] bytesOf(String path) {
    try (TarArchiveInputStream tar = open()) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (pathOf(entry).equals(path)) {
          return tar.readAllBytes();
        }
      }
      throw new FileNotFoundException(path + " is not in " + file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path + " of " + file, e);
    }
  }
}
