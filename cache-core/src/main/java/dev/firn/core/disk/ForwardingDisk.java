package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Hands every call on to another disk, for a disk that differs from it in a few. That includes the
 * calls which {@link Disk} would answer by itself: the disk below answers them for less.
 */
public abstract class ForwardingDisk implements Disk {
  private final Disk disk;

  protected ForwardingDisk(Disk disk) {
    this.disk = disk;
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
  public DiskOutput create(Path file) throws IOException {
    return disk.create(file);
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
  public boolean isDirectory(Path path) throws IOException {
    return disk.isDirectory(path);
  }

  @Override
  public boolean isFile(Path path) throws IOException {
    return disk.isFile(path);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return disk.exists(path);
  }

  @Override
  public Optional<Object> identity(Path path) throws IOException {
    return disk.identity(path);
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
