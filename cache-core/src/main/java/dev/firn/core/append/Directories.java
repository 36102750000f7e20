package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Directories that are there and durable before anything is put into them. */
final class Directories {
  private Directories() {}

  /**
   * Creates a cache's root and its missing parents, each synced into its own parent. One that
   * exists is left as it is; somebody else may create them at the same time. Up to here a symbolic
   * link to a directory is as good as one, below the root none is.
   */
  static void ensureRoot(Disk disk, Path root) throws IOException {
    Path parent = root.toAbsolutePath().getParent();
    if (leadsToDirectory(disk, root) || isDirectory(disk, root)) {
      syncIfAllowed(disk, parent);
      return;
    }
    ensureRoot(disk, Objects.requireNonNull(parent));
    create(disk, root);
    disk.syncDirectory(parent);
  }

  /**
   * Creates a directory below the root and the missing ones in between. Every one of them is synced
   * into its parent, those that are there as well: a process that died may have created them and
   * not come to that.
   */
  static void ensure(Disk disk, Path root, Path directory) throws IOException {
    ensureRoot(disk, root);
    Path parent = root;
    for (Path name : root.relativize(directory)) {
      Path child = parent.resolve(name);
      if (!isDirectory(disk, child)) {
        create(disk, child);
      }
      disk.syncDirectory(parent);
      parent = child;
    }
  }

  private static boolean leadsToDirectory(Disk disk, Path link) throws IOException {
    Optional<FileStat> stat = disk.stat(link);
    return stat.isPresent()
        && stat.get().kind() == FileStat.Kind.SYMBOLIC_LINK
        && disk.isDirectory(link.resolve("."));
  }

  private static boolean isDirectory(Disk disk, Path directory) throws IOException {
    Optional<FileStat> stat = disk.stat(directory);
    if (stat.isPresent() && !stat.get().isDirectory()) {
      throw new FileAlreadyExistsException(
          directory.toString(), null, "is no directory, or a link that leads to none");
    }
    return stat.isPresent();
  }

  private static void create(Disk disk, Path directory) throws IOException {
    try {
      disk.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!isDirectory(disk, directory)) {
        throw e;
      }
    }
  }

  /** What is above a root that exists may belong to somebody else, who made it durable. */
  private static void syncIfAllowed(Disk disk, @Nullable Path directory) throws IOException {
    try {
      if (directory != null) {
        disk.syncDirectory(directory);
      }
    } catch (AccessDeniedException e) {
      return;
    }
  }
}
