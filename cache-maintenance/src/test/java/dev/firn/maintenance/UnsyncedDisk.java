package dev.firn.maintenance;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskLock;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The real file system without a sync: for simulations, in which no power is lost. */
final class UnsyncedDisk implements Disk {
  private final Disk disk = new LocalDisk();

  @Override
  public byte[] read(Path file) throws IOException {
    return disk.read(file);
  }

  @Override
  public DiskInput open(Path file) throws IOException {
    return disk.open(file);
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    return new Unsynced(disk.create(file));
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
  public void syncDirectory(Path directory) {}

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

  private record Unsynced(DiskOutput output) implements DiskOutput {
    @Override
    public long position() {
      return output.position();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      output.write(bytes, offset, length);
    }

    @Override
    public void sync() {}

    @Override
    public void close() throws IOException {
      output.close();
    }
  }
}
