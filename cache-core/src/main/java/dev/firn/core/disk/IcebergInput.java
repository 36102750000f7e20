package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** A file of a {@link Disk} as Iceberg reads it, under the location that its metadata records. */
public final class IcebergInput implements InputFile {
  private final Disk disk;
  private final String location;
  private final Path path;

  public IcebergInput(Disk disk, String location, Path path) {
    this.disk = disk;
    this.location = location;
    this.path = path;
  }

  @Override
  public long getLength() {
    try (DiskInput input = disk.open(path)) {
      return input.size();
    } catch (NoSuchFileException e) {
      throw new NotFoundException(e, "%s does not exist", path);
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
  }

  @Override
  public SeekableInputStream newStream() {
    PositionedStream stream;
    try {
      stream = new PositionedStream(disk.open(path));
    } catch (NoSuchFileException e) {
      throw new NotFoundException(e, "%s does not exist", path);
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
    return new SeekableInputStream() {
      @Override
      public long getPos() {
        return stream.position();
      }

      @Override
      public void seek(long position) {
        stream.seek(position);
      }

      @Override
      public int read() throws IOException {
        return stream.read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return stream.read(bytes, offset, length);
      }

      @Override
      public long skip(long count) {
        return stream.skip(count);
      }

      @Override
      public int available() {
        return stream.available();
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean exists() {
    try {
      return disk.stat(path).isPresent();
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
  }
}
