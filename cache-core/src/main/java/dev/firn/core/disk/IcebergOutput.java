package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** A new file of a {@link Disk} as Iceberg writes it; its bytes are durable when closed. */
public final class IcebergOutput implements OutputFile {
  private final Disk disk;
  private final String location;
  private final Path path;

  public IcebergOutput(Disk disk, String location, Path path) {
    this.disk = disk;
    this.location = location;
    this.path = path;
  }

  @Override
  public PositionOutputStream create() {
    SyncedStream stream;
    try {
      stream = new SyncedStream(disk.create(path));
    } catch (FileAlreadyExistsException e) {
      throw new AlreadyExistsException(e, "%s exists", path);
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
    return new PositionOutputStream() {
      @Override
      public long getPos() {
        return stream.position();
      }

      @Override
      public void write(int value) throws IOException {
        stream.write(value);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  /** The same as {@link #create}: nothing that Firn writes overwrites. */
  @Override
  public PositionOutputStream createOrOverwrite() {
    return create();
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public InputFile toInputFile() {
    return new IcebergInput(disk, location, path);
  }
}
