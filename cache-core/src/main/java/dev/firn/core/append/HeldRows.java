package dev.firn.core.append;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.append.HeldAppends.HeldFile;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskOutput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows that are held for a partition at one instant, the oldest first. They are read from a
 * copy outside of the cache, for their files go when they land. The copy has a name only while it
 * is made: it goes with the process, whatever becomes of that. Of the rows one is in memory at a
 * time.
 */
public final class HeldRows implements Closeable {
  private static final int CHUNK_BYTES = 1 << 16;

  private final List<Part> parts;
  private final Optional<DiskInput> copy;

  /** Takes rows as they are read. */
  public interface Visitor {
    /**
     * @param bytes about how many its JSON has
     * @return false to read no more
     */
    boolean row(ObjectNode row, long bytes) throws IOException;

    /** All rows of an exchange were given. */
    default void endExchange() throws IOException {}
  }

  /**
   * An exchange.
   *
   * @param file that holds it, for messages
   * @param checked whether it has a checksum, which is right
   * @param end where the next one starts
   */
  private record Part(Path file, boolean checked, long start, long end) {}

  private HeldRows(List<Part> parts, Optional<DiskInput> copy) {
    this.parts = List.copyOf(parts);
    this.copy = copy;
  }

  static HeldRows none() {
    return new HeldRows(List.of(), Optional.empty());
  }

  /**
   * Copies held files.
   *
   * @param place of the copy, a name that is free
   * @throws Corrupt if one is not what was accepted; of one without a checksum {@link #forEach} may
   *     find it
   */
  static HeldRows copy(Disk cache, List<HeldFile> files, Disk disk, Path place) throws IOException {
    List<Part> parts = new ArrayList<>();
    DiskOutput out = disk.create(place);
    try {
      try (out) {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (HeldFile file : files) {
          long start = out.position();
          boolean checked = copy(cache, file.path(), out, chunk);
          parts.add(new Part(file.path(), checked, start, out.position()));
        }
      }
      return new HeldRows(parts, Optional.of(disk.open(place)));
    } finally {
      disk.delete(place); // what is open stays readable
    }
  }

  private static boolean copy(Disk cache, Path file, DiskOutput out, byte[] chunk)
      throws IOException {
    try (DiskInput input = cache.open(file)) {
      HeldExchange.Checksum checksum = new HeldExchange.Checksum(file, input.size());
      for (long position = 0; position < input.size(); ) {
        int wanted = (int) Math.min(chunk.length, input.size() - position);
        int count = input.read(ByteBuffer.wrap(chunk, 0, wanted), position);
        if (count < 0) {
          throw new Corrupt(file, input.size() + " bytes", String.valueOf(position));
        }
        checksum.update(chunk, count);
        out.write(chunk, 0, count);
        position += count;
      }
      return checksum.check();
    }
  }

  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /**
   * Gives away all rows; may be done again.
   *
   * @return false if the visitor stopped it
   * @throws Corrupt if an exchange is not what was accepted
   */
  public boolean forEach(Visitor visitor) throws IOException {
    for (Part part : parts) {
      InputStream bytes = new Section(copy.orElseThrow(), part.start(), part.end());
      if (!HeldExchange.read(part.file(), part.checked(), bytes, visitor::row)) {
        return false;
      }
      visitor.endExchange();
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    if (copy.isPresent()) {
      copy.get().close();
    }
  }

  /** A part of a file. */
  private static final class Section extends InputStream {
    private final DiskInput input;
    private final long end;
    private long position;

    Section(DiskInput input, long start, long end) {
      this.input = input;
      this.position = start;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (position == end) {
        return -1;
      }
      int wanted = (int) Math.min(length, end - position);
      int count = input.read(ByteBuffer.wrap(bytes, offset, wanted), position);
      position += Math.max(count, 0);
      return count;
    }
  }
}
