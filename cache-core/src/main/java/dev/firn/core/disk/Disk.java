package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Every operation on the file system that Firn performs, and nothing else performs any. Small, so
 * that a test can stand in for it: record each call, fail one, or forget what was not synced.
 *
 * <p>Durability, which every protocol is argued from: bytes are durable after {@link
 * DiskOutput#sync}; a name (created, linked, renamed or removed) is durable after {@link
 * #syncDirectory} of its parent; nothing else is.
 *
 * <p>Symbolic links are never followed by {@link #stat} and {@link #list}.
 */
public interface Disk {

  /** The whole content of a small file; {@link java.nio.file.NoSuchFileException} if absent. */
  byte[] read(Path file) throws IOException;

  /** Opens a file for positioned reads; {@link java.nio.file.NoSuchFileException} if absent. */
  DiskInput open(Path file) throws IOException;

  /** Creates a file; {@link java.nio.file.FileAlreadyExistsException} if the name is taken. */
  DiskOutput create(Path file) throws IOException;

  /** The names in a directory, sorted; {@link java.nio.file.NoSuchFileException} if absent. */
  List<String> list(Path directory) throws IOException;

  /** What stands at a path, or empty if nothing does. */
  Optional<FileStat> stat(Path path) throws IOException;

  /** Whether a directory stands at a path: what {@link #stat} says of it, for less. */
  default boolean isDirectory(Path path) throws IOException {
    Optional<FileStat> stat = stat(path);
    return stat.isPresent() && stat.get().isDirectory();
  }

  /** Whether a file stands at a path: what {@link #stat} says of it, for less. */
  default boolean isFile(Path path) throws IOException {
    Optional<FileStat> stat = stat(path);
    return stat.isPresent() && stat.get().isFile();
  }

  /**
   * Whether anything stands at a path that can be reached: what {@link #stat} says of it, for less.
   * False also for a symbolic link that leads nowhere, and where the way there is barred.
   */
  default boolean exists(Path path) throws IOException {
    return stat(path).isPresent();
  }

  /** What tells one file from all others, as {@link #stat} tells it, for less. */
  default Optional<Object> identity(Path path) throws IOException {
    return stat(path).map(FileStat::identity);
  }

  /** Creates one directory; its parent must exist and the name must be free. */
  void createDirectory(Path directory) throws IOException;

  /** A second name for a file. Fails if the name is taken: a link never overwrites. */
  void link(Path existing, Path name) throws IOException;

  /** Renames atomically. A file at {@code to} is replaced; a directory there must be empty. */
  void rename(Path from, Path to) throws IOException;

  /** Removes one name: of a file, a symbolic link or an empty directory. */
  void delete(Path path) throws IOException;

  /** Makes names in this directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /**
   * Gives a file that is being replaced, before it gets the name, the mode of the one that has it,
   * and where this process is root its owner and group; {@link java.nio.file.NoSuchFileException}
   * if nothing has the name.
   */
  void copyAccess(Path from, Path to) throws IOException;

  /** Bytes that can still be written to the file system that holds {@code path}. */
  long usableBytes(Path path) throws IOException;

  /**
   * The operating system's word for the file system that holds a path that exists: {@code ext4},
   * {@code nfs4}; empty if it cannot tell.
   */
  String fileSystem(Path path) throws IOException;

  /**
   * Opens the file, creating it empty if it is absent, and tries to take the exclusive lock on it;
   * empty if somebody else holds it. Only {@link dev.firn.core.lock.LockRegistry} may call this: on
   * POSIX, closing any descriptor of a file drops all locks that this process holds on it.
   */
  Optional<DiskLock> tryLock(Path file) throws IOException;
}
