package dev.firn.cli.daemon.ticks;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskLock;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A disk whose large files are synced while they are written, not at their end alone.
 *
 * <p>A pass writes files of hundreds of megabytes beside appends that sync small ones. A file
 * system with a journal lets a small sync wait for what was written before it, by anybody: were the
 * large file synced once, each append of that time would wait for all of it. Like this it waits for
 * {@value #BYTES_A_SYNC} bytes at most. Nothing becomes durable later than on the disk below.
 */
final class SteadyDisk implements Disk {
  static final long BYTES_A_SYNC = 8L << 20;

  private final Disk disk;

  SteadyDisk(Disk disk) {
    this.disk = disk;
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    return new SteadyOutput(disk.create(file));
  }

  /** A sync that fails fails the write that it comes after, and the file is given up. */
  private static final class SteadyOutput implements DiskOutput {
    private final DiskOutput output;
    private long syncedBytes;

    SteadyOutput(DiskOutput output) {
      this.output = output;
    }

    @Override
    public long position() {
      return output.position();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      output.write(bytes, offset, length);
      if (output.position() - syncedBytes >= BYTES_A_SYNC) {
        sync();
      }
    }

    @Override
    public void sync() throws IOException {
      output.sync();
      syncedBytes = output.position();
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return disk.read(file);
  }

  @Override
  public DiskInput open(Path file) throws IOException {
    return disk.open(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public Optional<FileStat> stat(Path path) throws IOException {
    return disk.stat(path);
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    disk.createDirectory(directory);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    disk.link(existing, name);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    disk.syncDirectory(directory);
  }

  @Override
  public void copyAccess(Path from, Path to) throws IOException {
    disk.copyAccess(from, to);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return disk.usableBytes(path);
  }

  @Override
  public String fileSystem(Path path) throws IOException {
    return disk.fileSystem(path);
  }

  @Override
  public Optional<DiskLock> tryLock(Path file) throws IOException {
    return disk.tryLock(file);
  }
}
