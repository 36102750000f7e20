package dev.firn.cli.daemon.ticks;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.ForwardingDisk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A disk whose large files are synced while they are written, not at their end alone.
 *
 * <p>A pass writes files of hundreds of megabytes beside appends that sync small ones. A file
 * system with a journal lets a small sync wait for what was written before it, by anybody: were the
 * large file synced once, each append of that time would wait for all of it. Like this it waits for
 * {@value #BYTES_A_SYNC} bytes at most. Nothing becomes durable later than on the disk below.
 */
final class SteadyDisk extends ForwardingDisk {
  static final long BYTES_A_SYNC = 8L << 20;

  SteadyDisk(Disk disk) {
    super(disk);
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    return new SteadyOutput(super.create(file));
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
}
