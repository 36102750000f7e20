package dev.firn.maintenance.swap;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.layout.SettledName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;

/**
 * Takes a data file over into a generation that is being built, as it is and with its statistics:
 * by hard link, or by copy where links fail. Never one of which deletes hide a row.
 */
final class FileCarrier {
  private static final int COPY_BYTES = 1 << 20;

  private final Disk disk;

  /**
   * @param file as the new generation has it
   * @param bytesWritten 0 if it was linked
   */
  record CarriedFile(DataFile file, long bytesWritten) {}

  FileCarrier(Disk disk) {
    this.disk = disk;
  }

  /** Takes over a file to which no delete applies. */
  CarriedFile carry(Generation old, FileScanTask task, GenerationBuilder builder)
      throws IOException {
    if (!task.deletes().isEmpty()) {
      throw new AssertionError(task.file().location() + " has deletes and was to be carried over");
    }
    return carryUntouched(old, task, builder);
  }

  /** Takes over a file of which, as the delete files that apply to it say, no row is hidden. */
  CarriedFile carryUntouched(Generation old, FileScanTask task, GenerationBuilder builder)
      throws IOException {
    Path from = old.io().resolve(task.file().location());
    String name = SettledName.carried(String.valueOf(from.getFileName()));
    long written = 0;
    try {
      disk.link(from, builder.dataFile(name));
    } catch (UnsupportedOperationException | FileSystemException e) {
      if (disk.stat(from).isEmpty()) {
        throw new Corrupt(from, "a data file", "nothing", e);
      }
      written = copy(from, builder.dataFile(name));
    }
    DataFile file =
        DataFiles.builder(task.spec())
            .copy(task.file())
            .withPath(builder.dataLocation(name))
            .withFirstRowId(null)
            .build();
    return new CarriedFile(file, written);
  }

  private long copy(Path from, Path to) throws IOException {
    try (DiskInput input = disk.open(from);
        DiskOutput output = disk.create(to)) {
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      while (input.read(buffer, output.position()) >= 0) {
        output.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
      output.sync();
      return output.position();
    }
  }
}
