package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskLock;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The disk as a check may use it: whatever would change something is our own bug. Remembers whether
 * the disk itself refused a read (an I/O error, no permission), which Parquet's and Avro's
 * exceptions do not tell from damage.
 */
public final class ReadOnlyDisk implements Disk {
  private final Disk disk;
  private boolean refused;

  public ReadOnlyDisk(Disk disk) {
    this.disk = disk;
  }

  /** True if the disk failed to read something that is there. */
  boolean refused() {
    return refused;
  }

  private interface Read<T> {
    T run() throws IOException;
  }

  private <T> T watch(Read<T> read) throws IOException {
    try {
      return read.run();
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw e;
    } catch (IOException e) {
      refused = true;
      throw e;
    }
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return isPlain(file) ? watch(() -> disk.read(file)) : disk.read(file);
  }

  @Override
  public DiskInput open(Path file) throws IOException {
    boolean plain = isPlain(file);
    DiskInput input = plain ? watch(() -> disk.open(file)) : disk.open(file);
    return new DiskInput() {
      @Override
      public long size() {
        return input.size();
      }

      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        // Positions come from what the file itself says, right or wrong.
        if (position < 0) {
          throw new IOException(file + ": position " + position);
        }
        return plain ? watch(() -> input.read(target, position)) : input.read(target, position);
      }

      @Override
      public void close() throws IOException {
        input.close();
      }
    };
  }

  /** A directory in place of a file refuses to be read too, but that is no fault of the disk. */
  private boolean isPlain(Path file) throws IOException {
    return watch(() -> disk.stat(file)).map(FileStat::isFile).orElse(false);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return watch(() -> disk.list(directory));
  }

  @Override
  public Optional<FileStat> stat(Path path) throws IOException {
    return watch(() -> disk.stat(path));
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
  public DiskOutput create(Path file) {
    throw changes("create " + file);
  }

  @Override
  public void createDirectory(Path directory) {
    throw changes("create directory " + directory);
  }

  @Override
  public void link(Path existing, Path name) {
    throw changes("link " + name);
  }

  @Override
  public void rename(Path from, Path to) {
    throw changes("rename to " + to);
  }

  @Override
  public void delete(Path path) {
    throw changes("delete " + path);
  }

  @Override
  public void copyAccess(Path from, Path to) {
    throw changes("give " + to + " another mode");
  }

  @Override
  public void syncDirectory(Path directory) {
    throw changes("sync " + directory);
  }

  @Override
  public Optional<DiskLock> tryLock(Path file) {
    throw changes("lock " + file);
  }

  private static AssertionError changes(String call) {
    return new AssertionError("a check changes nothing, and was about to " + call);
  }
}
