package dev.firn.core.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A file of a {@link Disk} as Parquet's readers want it. Unlike Parquet's own local input it reads
 * ranges, not bytes, and it opens the file only for as long as a stream is open.
 */
public final class ParquetInput implements InputFile {
  private final Disk disk;
  private final Path path;

  /** The file need not exist before it is read. */
  public ParquetInput(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  @Override
  public long getLength() throws IOException {
    try (DiskInput input = disk.open(path)) {
      return input.size();
    }
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    PositionedStream stream = new PositionedStream(disk.open(path));
    return new DelegatingSeekableInputStream(stream) {
      @Override
      public long getPos() {
        return stream.position();
      }

      @Override
      public void seek(long position) {
        stream.seek(position);
      }

      @Override
      public void readFully(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
          if (stream.read(target) < 0) {
            throw new EOFException(path + " ends at " + stream.position());
          }
        }
      }
    };
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
