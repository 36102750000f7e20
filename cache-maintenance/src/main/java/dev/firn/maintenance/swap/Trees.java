package dev.firn.maintenance.swap;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Directories with all that is in them. Symbolic links are names like others, never followed. */
public final class Trees {

  /**
   * What a directory holds.
   *
   * @param freeableBytes bytes of files that have no other name, which the disk gets back if the
   *     tree goes
   * @param newest the newest modification anywhere in it, its own included
   */
  public record Measure(long freeableBytes, Instant newest) {}

  private Trees() {}

  /** What goes meanwhile, because somebody who holds the lease renames or removes it, has gone. */
  public static Measure measure(Disk disk, Path directory) throws IOException {
    Optional<FileStat> stat = disk.stat(directory);
    if (stat.isEmpty()) {
      return new Measure(0, Instant.EPOCH);
    }
    Instant newest = stat.get().modified();
    long bytes = stat.get().isFile() && stat.get().names() == 1 ? stat.get().sizeBytes() : 0;
    if (stat.get().isDirectory()) {
      for (String name : listIfThere(disk, directory)) {
        Measure inside = measure(disk, directory.resolve(name));
        bytes += inside.freeableBytes();
        newest = newest.isBefore(inside.newest()) ? inside.newest() : newest;
      }
    }
    return new Measure(bytes, newest);
  }

  private static List<String> listIfThere(Disk disk, Path directory) throws IOException {
    try {
      return disk.list(directory);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Removes a directory and all that is in it, deepest first. */
  public static void remove(Disk disk, Path directory) throws IOException {
    empty(disk, directory);
    disk.delete(directory);
  }

  /** Removes all that is in a directory, deepest first; a file has nothing in it. */
  public static void empty(Disk disk, Path directory) throws IOException {
    Optional<FileStat> stat = disk.stat(directory);
    if (stat.isPresent() && stat.get().isDirectory()) {
      for (String name : disk.list(directory)) {
        remove(disk, directory.resolve(name));
      }
    }
  }

  /** Removes what a failed build made; what cannot be removed is left to the sweep. */
  static void removeOwn(Disk disk, Path building, Throwable reason) {
    try {
      remove(disk, building);
      disk.syncDirectory(Objects.requireNonNull(building.getParent()));
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
