package dev.firn.maintenance.repair;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a repair keeps what it replaces: {@code <root>/maintenance/repair/<time>-<n>/} with the
 * same path below it as below the root. The directory is made when the first thing goes into it.
 * What is kept is durable before anything is replaced; nothing here is ever removed.
 */
final class RepairCopies {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int MOST_IN_A_SECOND = 10_000;

  private final Disk disk;
  private final CacheDirectory cache;
  private final Instant now;
  private @Nullable Path directory;

  RepairCopies(Disk disk, CacheDirectory cache, Instant now) {
    this.disk = disk;
    this.cache = cache;
    this.now = now;
  }

  /** Where copies went, below the root; null if nothing was kept. */
  @Nullable String path() {
    return directory == null ? null : cache.relative(directory);
  }

  /** Copies a file byte by byte; returns where, durably. */
  Path copy(Path file) throws IOException {
    byte[] bytes = disk.read(file);
    Path copy = place(file);
    try (DiskOutput output = disk.create(copy)) {
      output.write(bytes, 0, bytes.length);
      output.sync();
    }
    disk.syncDirectory(Objects.requireNonNull(copy.getParent()));
    return copy;
  }

  /**
   * Moves a file, link or directory, whole, in one atomic step. Killed before the directories are
   * synced, it is in one of the two places.
   */
  Path move(Path path) throws IOException {
    Path moved = place(path);
    disk.rename(path, moved);
    disk.syncDirectory(Objects.requireNonNull(moved.getParent()));
    disk.syncDirectory(Objects.requireNonNull(path.getParent()));
    return moved;
  }

  private Path place(Path path) throws IOException {
    Path target = directory().resolve(cache.root().relativize(path).toString());
    ensure(Objects.requireNonNull(target.getParent()));
    return target;
  }

  private Path directory() throws IOException {
    if (directory != null) {
      return directory;
    }
    Path repairs = cache.maintenance().resolve("repair");
    ensure(repairs);
    for (int n = 1; n < MOST_IN_A_SECOND; n++) {
      Path candidate = repairs.resolve(TIME.format(now) + "-" + n);
      try {
        disk.createDirectory(candidate);
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      disk.syncDirectory(repairs);
      directory = candidate;
      return candidate;
    }
    throw new FileAlreadyExistsException(repairs.resolve(TIME.format(now)).toString());
  }

  /**
   * Makes a directory below the root and those above it, each durable in its parent; so is one that
   * is there, which a repair that was killed may not have come to sync.
   */
  private void ensure(Path wanted) throws IOException {
    if (wanted.equals(cache.root())) {
      return;
    }
    Path parent = Objects.requireNonNull(wanted.getParent());
    if (disk.stat(wanted).map(FileStat::isDirectory).orElse(false)) {
      disk.syncDirectory(parent);
      return;
    }
    ensure(parent);
    try {
      disk.createDirectory(wanted);
    } catch (FileAlreadyExistsException e) {
      if (!disk.stat(wanted).map(FileStat::isDirectory).orElse(false)) {
        throw e;
      }
    }
    disk.syncDirectory(parent);
  }
}
