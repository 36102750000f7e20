package dev.firn.maintenance;

import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.ForwardingDisk;
import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.Path;

/** The real file system without a sync: for simulations, in which no power is lost. */
final class UnsyncedDisk extends ForwardingDisk {
  UnsyncedDisk() {
    super(new LocalDisk());
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    return new Unsynced(super.create(file));
  }

  @Override
  public void syncDirectory(Path directory) {}

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
