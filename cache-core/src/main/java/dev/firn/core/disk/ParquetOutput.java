package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A new file of a {@link Disk} as Parquet's writers want it; its bytes are durable when closed. */
public final class ParquetOutput implements OutputFile {
  private final Disk disk;
  private final Path path;

  public ParquetOutput(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) throws IOException {
    SyncedStream stream = new SyncedStream(disk.create(path));
    return new DelegatingPositionOutputStream(stream) {
      @Override
      public long getPos() {
        return stream.position();
      }
    };
  }

  /** The same as {@link #create}: nothing that Firn writes overwrites. */
  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
    return create(blockSizeHint);
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
