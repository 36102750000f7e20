package dev.firn.core;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What can be wrong with a cache, as one sealed family. The message carries the file, what was
 * found and what was expected; the class tells a caller what it may do next.
 *
 * <p>Failures of the disk itself (full, no permission, I/O error) stay plain {@link IOException}s:
 * they say nothing about the cache.
 */
public abstract sealed class CacheException extends IOException {

  private CacheException(String message, Throwable cause) {
    super(message, cause);
  }

  private CacheException(String message) {
    super(message);
  }

  /** A file is there and is not what it should be. Nothing may be written or removed beside it. */
  public static final class Corrupt extends CacheException {
    public Corrupt(Path file, String expected, String found) {
      super(file + ": expected " + expected + ", found " + found);
    }

    public Corrupt(Path file, String expected, String found, Throwable cause) {
      super(file + ": expected " + expected + ", found " + found, cause);
    }
  }

  /** A newer program wrote this, or it uses what this one does not know: read and touch nothing. */
  public static final class UnsupportedFormat extends CacheException {
    public UnsupportedFormat(Path file, String found, String expected) {
      super(file + ": " + found + " is not supported, expected " + expected);
    }
  }

  /**
   * Somebody else changed what a commit was based on before it took effect. What the caller wrote
   * for it may be removed; then plan again.
   */
  public static final class CommitConflict extends CacheException {
    public CommitConflict(String message) {
      super(message);
    }
  }

  /** A commit may have happened. Remove nothing, read again. */
  public static final class CommitStateUnknown extends CacheException {
    public CommitStateUnknown(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Somebody else holds the lock; the message names the holder as far as it is known. */
  public static final class LeaseUnavailable extends CacheException {
    private final String owner;

    public LeaseUnavailable(Path lock, String owner) {
      super(lock + " is held by " + owner);
      this.owner = owner;
    }

    /** The holder in words: pid, host, command and since when, or "another process". */
    public String owner() {
      return owner;
    }
  }

  /** A cache cannot be written there, whatever is done: its files would not be safe. */
  public static final class UnsupportedFileSystem extends CacheException {
    /**
     * @param type the operating system's word for the file system
     * @param lacks what it is, or what it lacks
     */
    public UnsupportedFileSystem(Path directory, String type, String lacks) {
      super(
          directory
              + ": no cache can be written on "
              + (type.isEmpty() ? "this file system" : type)
              + ", "
              + lacks);
    }
  }

  /** A generation that a reader had opened was retired and its grace is over: open again. */
  public static final class GenerationRemoved extends CacheException {
    public GenerationRemoved(Path generation, Throwable cause) {
      super(generation + " was retired and has been removed; open the partition again", cause);
    }
  }
}
