package dev.firn.core.filesystem;

import dev.firn.core.CacheException.UnsupportedFileSystem;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.LockRegistry;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to write a cache where its protocols would not hold. Whoever is about to write asks
 * first; reading works anywhere.
 *
 * <p>What every protocol rests on, and what would be lost without it: a lock that excludes all
 * other processes (two publishes would each miss the other's files), a hard link that fails if the
 * name is taken (two appends would land under one name), a rename that is one step (a reader would
 * find no cursor), and a directory that can be synced (a power cut would take acknowledged rows
 * back).
 *
 * <p>The type decides where it is known. Trying would not do: on NFS, SMB and the like each call
 * succeeds on this machine, and fails to exclude or to show what another machine does at the same
 * time; a FUSE program may say that it has synced, and be killed. Of the usual local ones it is
 * known that they have everything, and nothing is written. What is of another type is tried, with
 * temporary files that are removed again; that another process sees a lock cannot be tried by one
 * alone, only that there are locks.
 *
 * <p>A kill in between leaves an empty temporary file.
 */
public final class FileSystemCheck {
  private final Disk disk;
  private final Set<Path> passed = new HashSet<>();

  public FileSystemCheck(Disk disk) {
    this.disk = disk;
  }

  /**
   * Passes if a cache, or a part of it, can be written in this directory, which need not exist yet.
   * Looks once at each.
   *
   * @throws UnsupportedFileSystem naming the file system and what it lacks
   */
  public synchronized void require(Path directory) throws IOException {
    if (passed.contains(directory)) {
      return;
    }
    Path existing = existing(directory.toAbsolutePath());
    String type = disk.fileSystem(existing);
    switch (FileSystemType.of(type)) {
      case LOCAL -> {
        // known to have everything
      }
      case NETWORK ->
          throw new UnsupportedFileSystem(
              existing, type, "a network file system: locks and renames need not reach others");
      case USER_SPACE ->
          throw new UnsupportedFileSystem(
              existing, type, "a file system in user space: what it has synced may yet be lost");
      case UNKNOWN -> {
        List<String> lacking = lacking(existing);
        if (!lacking.isEmpty()) {
          throw new UnsupportedFileSystem(existing, type, "without " + String.join(", ", lacking));
        }
      }
    }
    passed.add(directory);
  }

  /** The directory itself or the nearest above it that is there. */
  private Path existing(Path directory) throws IOException {
    Path existing = directory;
    while (disk.stat(existing).isEmpty() && existing.getParent() != null) {
      existing = Objects.requireNonNull(existing.getParent());
    }
    return existing;
  }

  private interface Capability {
    void use() throws IOException;
  }

  private List<String> lacking(Path directory) throws IOException {
    Path file = DurableFiles.temporaryBeside(directory.resolve("probe"));
    Path second = DurableFiles.temporaryBeside(directory.resolve("probe"));
    Path third = DurableFiles.temporaryBeside(directory.resolve("probe"));
    List<String> lacking = new ArrayList<>();
    try {
      try (DiskOutput output = disk.create(file)) {
        output.sync();
      }
      tryOut("hard links", () -> linkTwice(file, second), lacking);
      tryOut("atomic renames", () -> disk.rename(file, third), lacking);
      Path locked = disk.stat(third).isPresent() ? third : file;
      tryOut("locks", () -> lock(locked), lacking);
      tryOut("syncs of directories", () -> disk.syncDirectory(directory), lacking);
    } finally {
      for (Path made : List.of(file, second, third)) {
        if (disk.stat(made).isPresent()) {
          disk.delete(made);
        }
      }
    }
    return lacking;
  }

  /** A link that overwrites is none. */
  private void linkTwice(Path file, Path name) throws IOException {
    disk.link(file, name);
    try {
      disk.link(file, name);
    } catch (FileAlreadyExistsException e) {
      return;
    }
    throw new IOException("a link replaces what has the name");
  }

  private void lock(Path file) throws IOException {
    Optional<HeldLock> lock = LockRegistry.ofThisProcess().tryAcquire(disk, file);
    if (lock.isEmpty()) {
      throw new IOException("a new file is locked already");
    }
    lock.get().close();
  }

  private static void tryOut(String name, Capability capability, List<String> lacking)
      throws IOException {
    try {
      capability.use();
    } catch (AccessDeniedException | NoSuchFileException e) {
      throw e; // says nothing about what the file system can do
    } catch (IOException | UnsupportedOperationException e) {
      @Nullable String reason =
          e instanceof FileSystemException failed ? failed.getReason() : e.getMessage();
      if (reason != null && isTrouble(reason)) {
        throw e;
      }
      lacking.add(name + " (" + (reason == null ? e.getClass().getSimpleName() : reason) + ")");
    }
  }

  /** Words of the operating system for a disk that could, and cannot now. */
  private static boolean isTrouble(String message) {
    return message.contains("No space left")
        || message.contains("quota")
        || message.contains("Input/output error")
        || message.contains("Read-only");
  }
}
