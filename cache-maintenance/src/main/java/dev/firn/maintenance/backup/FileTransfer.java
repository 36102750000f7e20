package dev.firn.maintenance.backup;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskOutput;
import dev.firn.maintenance.swap.Trees;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Brings files into a backup: by hard link where that is wanted and works, else by their bytes.
 * Nothing is durable before {@link #sync}.
 */
final class FileTransfer implements Closeable {
  private static final int COPY_BYTES = 1 << 20;

  /** A copy stays open until it is synced, so that none is synced under a lock; only so many. */
  private static final int OPEN_COPIES = 200;

  private final Disk disk;
  private final Path target;
  private final Set<Path> directories = new LinkedHashSet<>();
  private final List<DiskOutput> unsynced = new ArrayList<>();
  private boolean links;
  private long linkedFiles;
  private long linkedBytes;
  private long copiedFiles;
  private long copiedBytes;

  /**
   * @param target the directory of the backup, which is there
   */
  FileTransfer(Disk disk, Path target, boolean links) {
    this.disk = disk;
    this.target = target;
    this.links = links;
    directories.add(target);
  }

  long linkedFiles() {
    return linkedFiles;
  }

  long linkedBytes() {
    return linkedBytes;
  }

  long copiedFiles() {
    return copiedFiles;
  }

  long copiedBytes() {
    return copiedBytes;
  }

  /** Makes a directory of the backup and the missing ones above it. */
  void ensure(Path directory) throws IOException {
    if (!directories.contains(directory)) {
      ensure(Objects.requireNonNull(directory.getParent()));
      disk.createDirectory(directory);
      directories.add(directory);
    }
  }

  /** Takes a file that is never changed once it has its name. */
  void take(Path from, Path to) throws IOException {
    ensure(Objects.requireNonNull(to.getParent()));
    if (links) {
      try {
        disk.link(from, to);
        linkedFiles++;
        linkedBytes += size(to);
        return;
      } catch (NoSuchFileException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        links = false; // another file system, or one without links
      }
    }
    copy(from, to);
  }

  private long size(Path file) throws IOException {
    return disk.stat(file).map(stat -> stat.sizeBytes()).orElse(0L);
  }

  private void copy(Path from, Path to) throws IOException {
    try (DiskInput input = disk.open(from)) {
      DiskOutput output = disk.create(to);
      unsynced.add(output);
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, input.size() + 1));
      for (long position = 0; ; ) {
        buffer.clear();
        int read = input.read(buffer, position);
        if (read < 0) {
          break;
        }
        output.write(buffer.array(), 0, read);
        position += read;
      }
      copied(output);
    }
  }

  /** Writes what was read of a file that may change. */
  void write(byte[] content, Path to) throws IOException {
    ensure(Objects.requireNonNull(to.getParent()));
    DiskOutput output = disk.create(to);
    unsynced.add(output);
    output.write(content, 0, content.length);
    copied(output);
  }

  private void copied(DiskOutput output) throws IOException {
    copiedFiles++;
    copiedBytes += output.position();
    if (unsynced.size() > OPEN_COPIES) {
      syncFiles();
    }
  }

  /** Makes the bytes of all copies durable. */
  void syncFiles() throws IOException {
    while (!unsynced.isEmpty()) {
      try (DiskOutput output = unsynced.remove(unsynced.size() - 1)) {
        output.sync();
      }
    }
  }

  /** Makes everything so far durable, but for the name of the backup's own directory. */
  void sync() throws IOException {
    syncFiles();
    for (Path directory : directories) {
      disk.syncDirectory(directory);
    }
  }

  /** Removes again what was brought into a directory, so that it can be done anew. */
  void forget(Path directory) throws IOException {
    close();
    if (directories.removeIf(made -> made.startsWith(directory) && !made.equals(target))) {
      Trees.remove(disk, directory);
    }
  }

  @Override
  public void close() throws IOException {
    while (!unsynced.isEmpty()) {
      unsynced.remove(unsynced.size() - 1).close();
    }
  }
}
