package dev.firn.smoke.bench;

import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** A cache of many small partitions of which none is due. */
final class ManyPartitions {

  private ManyPartitions() {}

  /**
   * Makes one by appending and the others by linking its files, since nobody changes those. They
   * have stood for an hour: what has just changed is looked at anew at the next pass.
   */
  static void create(Path root, int count) throws Exception {
    try (Cache cache = Cache.open(root)) {
      CacheWriter writer = cache.writer("jobs", "s0");
      for (int i = 0; i < 3; i++) {
        FirnAppends.append(writer, NarrowShape.exchange(i));
      }
    }
    Path dataset = root.resolve("datasets").resolve("jobs");
    Path first = dataset.resolve("source=s0");
    for (int i = 1; i < count; i++) {
      copy(first, dataset.resolve("source=s" + i));
    }
    FileTime anHourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    try (Stream<Path> paths = Files.walk(dataset)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.setLastModifiedTime(path, anHourAgo);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path copy = to.resolve(from.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectory(copy);
        } else if (!path.toString().endsWith(".lock")) {
          Files.createLink(copy, path);
        }
      }
    }
  }
}
