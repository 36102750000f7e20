package dev.firn.core.plain;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads footers of Parquet files for the two things that a query asks of thousands of them: how
 * many rows there are, and whether columns can be found by field id. A footer is gone through to
 * its end, and the rows that it tells of are those of its row groups; of any that is not so, or is
 * larger than {@value #LARGEST_BYTES}, nothing is said, and whoever reads the file says what it is.
 *
 * <p>For one thread.
 */
public final class PlainFooters {
  /** Ends an open footer; an encrypted one has another ending. */
  private static final int MAGIC = 'P' | 'A' << 8 | 'R' << 16 | '1' << 24;

  private static final int ENDING_BYTES = 8; // the footer's length and the magic
  private static final int LARGEST_BYTES = 16 << 20;
  private static final int FIRST_READ_BYTES = 16 << 10; // a small file's footer

  private static final int SCHEMA = 2; // fields of a footer
  private static final int ROWS = 3;
  private static final int ROW_GROUPS = 4;
  private static final int CHILDREN = 5; // of an element of the schema
  private static final int FIELD_ID = 9;
  private static final int GROUP_ROWS = 3; // of a row group

  private final Disk disk;
  private ByteBuffer buffer = ByteBuffer.allocate(FIRST_READ_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  public PlainFooters(Disk disk) {
    this.disk = disk;
  }

  /**
   * What a footer says.
   *
   * @param hasFieldIds true if any column has one
   * @param lacksFieldIds true if a column, which may be a struct, has none
   */
  public record Footer(long rows, boolean hasFieldIds, boolean lacksFieldIds) {}

  /** Empty if it cannot be read, or is not as expected. */
  public Optional<Footer> find(Path file) {
    try (DiskInput input = disk.open(file)) {
      int ahead = (int) Math.min(input.size(), FIRST_READ_BYTES);
      UnusualException.unless(ahead > ENDING_BYTES, "too short");
      fill(input, ahead);
      UnusualException.unless(buffer.getInt(ahead - 4) == MAGIC, "another ending");
      int length = buffer.getInt(ahead - ENDING_BYTES);
      UnusualException.unless(
          length > 0 && length <= Math.min(LARGEST_BYTES, input.size() - ENDING_BYTES), "a length");
      int needed = length + ENDING_BYTES;
      if (needed > ahead) {
        fill(input, needed);
      }
      int end = buffer.limit() - ENDING_BYTES;
      return Optional.of(parse(new ThriftInput(buffer.array(), end - length, end)));
    } catch (UnusualException | IOException e) {
      return Optional.empty();
    }
  }

  /** Reads the last bytes of a file. */
  private void fill(DiskInput input, int bytes) throws IOException, UnusualException {
    if (buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    buffer.clear().limit(bytes);
    long start = input.size() - bytes;
    while (buffer.hasRemaining()) {
      UnusualException.unless(input.read(buffer, start + buffer.position()) > 0, "the end");
    }
  }

  private static Footer parse(ThriftInput input) throws UnusualException {
    long[] rows = {-1, 0}; // of the file, of its row groups
    Columns columns = new Columns();
    input.struct(
        (field, type) -> {
          if (field == SCHEMA && type == ThriftInput.LIST) {
            input.list(ThriftInput.STRUCT, index -> columns.add(input, index));
          } else if (field == ROWS && type == ThriftInput.I64) {
            rows[0] = input.number();
          } else if (field == ROW_GROUPS && type == ThriftInput.LIST) {
            input.list(ThriftInput.STRUCT, index -> rows[1] += rowsOfGroup(input));
          } else {
            input.skip(type);
          }
        });
    UnusualException.unless(input.isAtEnd(), "more than a footer");
    UnusualException.unless(rows[0] >= 0 && rows[0] == rows[1], "rows that are in no row group");
    return new Footer(rows[0], columns.haveIds, columns.lackIds);
  }

  /** What the elements of a schema say, of which each comes before those that are in it. */
  private static final class Columns {
    boolean haveIds;
    boolean lackIds;
    private long inside; // how many elements to come are in a column

    /** Of the outermost element, which is no column, it says nothing. */
    void add(ThriftInput input, int index) throws UnusualException {
      boolean[] id = {false};
      long[] children = {0};
      input.struct(
          (field, type) -> {
            id[0] |= field == FIELD_ID && type == ThriftInput.I32;
            if (field == CHILDREN && type == ThriftInput.I32) {
              children[0] = input.number();
            } else {
              input.skip(type);
            }
          });
      if (index > 0) {
        haveIds |= id[0];
        lackIds |= !id[0] && inside == 0;
        inside += children[0] - (inside > 0 ? 1 : 0);
      }
    }
  }

  private static long rowsOfGroup(ThriftInput input) throws UnusualException {
    long[] rows = {-1};
    input.struct(
        (field, type) -> {
          if (field == GROUP_ROWS && type == ThriftInput.I64) {
            rows[0] = input.number();
          } else {
            input.skip(type);
          }
        });
    UnusualException.unless(rows[0] >= 0, "a row group of unknown rows");
    return rows[0];
  }
}
