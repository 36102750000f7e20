package dev.firn.cli.daemon.life;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a daemon keeps what is its own: {@code <root>/maintenance/daemon/}. */
public record DaemonFiles(Path directory) {

  public static DaemonFiles of(CacheDirectory cache) {
    return new DaemonFiles(cache.maintenance().resolve("daemon"));
  }

  /** Held while a daemon lives; only the registry of locks may open it. */
  public Path lock() {
    return directory.resolve(".lock");
  }

  /** Who holds the lock and where it listens. What it says counts only while the lock is held. */
  public Path description() {
    return directory.resolve("daemon.json");
  }

  /** What the last pass of a daemon did. */
  public Path lastPass() {
    return directory.resolve("last-pass.json");
  }

  /** The newest log file; older ones have higher numbers. */
  public Path log() {
    return directory.resolve("daemon.0.log");
  }

  /** Makes the directory and what is missing above it, durably. */
  public void create(Disk disk) throws IOException {
    create(disk, directory);
  }

  private static void create(Disk disk, Path directory) throws IOException {
    Optional<FileStat> stat = disk.stat(directory);
    if (stat.isPresent()) {
      return; // a link to a directory is fine too, and anything else fails when it is used
    }
    @org.jspecify.annotations.Nullable Path parent = directory.getParent();
    if (parent == null) {
      return;
    }
    create(disk, parent);
    try {
      disk.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      return; // somebody else was first
    }
    disk.syncDirectory(parent);
  }
}
