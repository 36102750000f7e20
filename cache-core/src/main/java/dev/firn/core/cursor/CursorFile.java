package dev.firn.core.cursor;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.cursor.CursorState.Absent;
import dev.firn.core.cursor.CursorState.Present;
import dev.firn.core.cursor.CursorState.Unreadable;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads and replaces {@code cursor.json}.
 *
 * <p>Reading never fails: whatever goes wrong is a state. Replacing is only for the holder of the
 * commit lock; a kill at any point leaves the old cursor or the new one, whole (see {@link
 * DurableFiles#replace}).
 */
public final class CursorFile {
  private CursorFile() {}

  public static CursorState read(Disk disk, Path file) {
    byte[] bytes;
    try {
      Optional<FileStat> stat = disk.stat(file);
      if (stat.isEmpty()) {
        return new Absent();
      }
      if (!stat.get().isFile()) {
        return new Unreadable(
            file, file + ": expected a file, found a " + kind(stat.get().kind()), false);
      }
      bytes = disk.read(file);
    } catch (NoSuchFileException e) {
      return new Unreadable(file, file + ": vanished while it was read", false);
    } catch (IOException e) {
      return new Unreadable(file, file + ": cannot be read: " + DiskReason.of(e, file), false);
    }
    try {
      return new Present(CursorCodec.parse(file, bytes), bytes);
    } catch (UnsupportedFormat e) {
      return new Unreadable(file, String.valueOf(e.getMessage()), true);
    } catch (CacheException e) {
      return new Unreadable(file, String.valueOf(e.getMessage()), false);
    }
  }

  /** True if the file still holds exactly these bytes. */
  public static boolean isUnchanged(Disk disk, Path file, Present present) {
    try {
      return Arrays.equals(disk.read(file), present.bytes());
    } catch (IOException e) {
      return false;
    }
  }

  /** Replaces the cursor; the caller holds the commit lock and has checked the old one. */
  public static void replace(Disk disk, Path file, byte[] content) throws IOException {
    DurableFiles.replace(disk, file, content);
  }

  private static String kind(FileStat.Kind kind) {
    return switch (kind) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case SYMBOLIC_LINK -> "symbolic link";
      case OTHER -> "special file";
    };
  }
}
