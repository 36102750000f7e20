package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;

/**
 * The two ways in which a small file comes to be whole or not at all.
 *
 * <p>Both write a temporary file beside the target, sync it, give it its name in one step, and sync
 * the directory. Killed before the naming step, the target is as it was and a temporary file (see
 * {@link #isTemporary}) is left as litter; killed after it, the target is whole: its bytes were
 * durable before it had the name.
 */
public final class DurableFiles {

  private static final String TEMPORARY_PREFIX = ".tmp-";

  private DurableFiles() {}

  /** True for names that only an interrupted write leaves behind. */
  public static boolean isTemporary(String name) {
    return name.startsWith(TEMPORARY_PREFIX);
  }

  /** A fresh name, beside {@code target}, that {@link #isTemporary}. */
  public static Path temporaryBeside(Path target) {
    return target.resolveSibling(
        TEMPORARY_PREFIX + Objects.requireNonNull(target.getFileName()) + "-" + UUID.randomUUID());
  }

  /** Replaces {@code target}, with its mode, or creates it. Durable when it returns. */
  public static void replace(Disk disk, Path target, byte[] content) throws IOException {
    Path temporary = writeTemporary(disk, target, content, true);
    try {
      disk.rename(temporary, target);
    } catch (IOException e) {
      deleteQuietly(disk, temporary, e);
      throw e;
    }
    disk.syncDirectory(parent(target));
  }

  /**
   * Creates {@code target}; {@link java.nio.file.FileAlreadyExistsException} if it exists, whoever
   * else tries at the same time. Durable when it returns. A failure of the last sync leaves it
   * unknown whether the file is there: the caller must look.
   */
  public static void create(Disk disk, Path target, byte[] content) throws IOException {
    Path temporary = writeTemporary(disk, target, content, false);
    try {
      disk.link(temporary, target);
    } catch (IOException e) {
      deleteQuietly(disk, temporary, e);
      throw e;
    }
    disk.delete(temporary);
    disk.syncDirectory(parent(target));
  }

  private static Path writeTemporary(Disk disk, Path target, byte[] content, boolean replaces)
      throws IOException {
    Path temporary = temporaryBeside(target);
    DiskOutput output = disk.create(temporary);
    try {
      try (output) {
        output.write(content, 0, content.length);
        if (replaces) {
          takeAccess(disk, target, temporary);
        }
        output.sync();
      }
    } catch (IOException e) {
      deleteQuietly(disk, temporary, e);
      throw e;
    }
    return temporary;
  }

  private static void takeAccess(Disk disk, Path target, Path temporary) throws IOException {
    try {
      disk.copyAccess(target, temporary);
    } catch (NoSuchFileException e) {
      return; // it is the first one
    }
  }

  private static void deleteQuietly(Disk disk, Path temporary, IOException reason) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private static Path parent(Path target) {
    return Objects.requireNonNull(target.getParent());
  }
}
