package dev.firn.core.parquet;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file of the pages of many small ones, as they are: a reader opens one file instead of
 * thousands, and finds in a row group what many of them held. For readers on this machine and for a
 * while: it is neither compressed nor synced, and has no statistics.
 *
 * <p>No more than {@value #ROW_GROUP_BYTES} bytes of pages are held; what is written is not read
 * again. The file is created with its first row group, so that one of which too little comes
 * together never is.
 */
public final class GatheredFile implements Closeable {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int ROW_GROUP_BYTES = 4 << 20;
  private static final int KEPT_BYTES = 64 << 10;

  private static final int PLAIN = 0;
  private static final int RLE = 3;
  private static final int DATA_PAGE = 0;
  private static final int UNCOMPRESSED = 0;

  private final Disk disk;
  private final Path path;
  private final List<RowGroup> groups = new ArrayList<>();
  private final List<Pages> pages = new ArrayList<>();
  private byte[] head = {};
  private List<Column> columns = List.of();
  private @Nullable DiskOutput output;
  private long rows; // of the row group that comes together
  private long bytes;

  /**
   * A column that is not nested.
   *
   * @param type by its number in Parquet's format
   * @param valueBytes of each value, or {@link #VARIABLE}
   */
  public record Column(byte[] name, int type, int valueBytes, boolean optional) {
    public static final int VARIABLE = -1;
  }

  private record RowGroup(long rows, List<Chunk> chunks) {}

  private record Chunk(long start, int bytes) {}

  /** Of one column, one behind the other. */
  private static final class Pages {
    final GrowingBytes out = new GrowingBytes();
    final CompactThrift thrift = new CompactThrift(out);
  }

  public GatheredFile(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  /**
   * Begins the rows of one more file.
   *
   * @param fileHead the bytes of its footer up to the end of the schema
   * @return false if its schema is not that of the files before
   */
  public boolean begin(byte[] fileHead, List<Column> fileColumns) {
    if (head.length == 0) {
      head = fileHead;
      columns = fileColumns;
      columns.forEach(column -> pages.add(new Pages()));
    }
    return Arrays.equals(head, fileHead);
  }

  /**
   * Takes a page of version 1 of plain values.
   *
   * @param values how many, nulls included
   */
  public void page(int column, int values, byte[] content, int offset, int length) {
    Pages to = pages.get(column);
    CompactThrift thrift = to.thrift;
    int before = to.out.size();
    thrift.begin();
    thrift.i32(1, DATA_PAGE);
    thrift.i32(2, length);
    thrift.i32(3, length);
    thrift.beginField(5);
    thrift.i32(1, values);
    thrift.i32(2, PLAIN);
    thrift.i32(3, RLE);
    thrift.i32(4, RLE);
    thrift.end();
    thrift.end();
    to.out.put(content, offset, length);
    bytes += to.out.size() - before;
  }

  /** Ends the rows of a file, every column of which has as many values. */
  public void end(int fileRows) throws IOException {
    rows += fileRows;
    if (bytes >= ROW_GROUP_BYTES) {
      writeRowGroup();
    }
  }

  private void writeRowGroup() throws IOException {
    DiskOutput to = output;
    if (to == null) {
      to = disk.create(path);
      output = to;
      to.write(MAGIC, 0, MAGIC.length);
    }
    List<Chunk> chunks = new ArrayList<>(columns.size());
    for (Pages column : pages) {
      chunks.add(new Chunk(to.position(), column.out.size()));
      to.write(column.out.array(), 0, column.out.size());
      column.out.clear(KEPT_BYTES);
    }
    groups.add(new RowGroup(rows, chunks));
    rows = 0;
    bytes = 0;
  }

  /** How many bytes there are so far. */
  public long bytes() {
    return bytes + (output == null ? 0 : output.position());
  }

  /** Writes what is left, after which it can be read. There must be a row. */
  public void finish() throws IOException {
    if (rows > 0) {
      writeRowGroup();
    }
    GrowingBytes footer = new GrowingBytes();
    CompactThrift thrift = new CompactThrift(footer);
    footer.put(head);
    thrift.beginAfter(2);
    thrift.i64(3, groups.stream().mapToLong(RowGroup::rows).sum());
    thrift.list(4, CompactThrift.STRUCT, groups.size());
    for (RowGroup group : groups) {
      putRowGroup(thrift, group);
    }
    thrift.end();
    footer.putInt(footer.size());
    footer.put(MAGIC);
    DiskOutput to = output;
    if (to == null) {
      throw new IllegalStateException(path + " has no rows");
    }
    to.write(footer.array(), 0, footer.size());
    close();
  }

  private void putRowGroup(CompactThrift thrift, RowGroup group) {
    thrift.begin();
    thrift.list(1, CompactThrift.STRUCT, columns.size());
    long all = 0;
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      Chunk chunk = group.chunks().get(i);
      all += chunk.bytes();
      thrift.begin();
      thrift.i64(2, 0);
      thrift.beginField(3);
      thrift.i32(1, column.type());
      thrift.list(2, CompactThrift.I32, 2);
      thrift.number(PLAIN);
      thrift.number(RLE);
      thrift.list(3, CompactThrift.BINARY, 1);
      thrift.binary(column.name());
      thrift.i32(4, UNCOMPRESSED);
      thrift.i64(5, group.rows());
      thrift.i64(6, chunk.bytes());
      thrift.i64(7, chunk.bytes());
      thrift.i64(9, chunk.start());
      thrift.end();
      thrift.end();
    }
    thrift.i64(2, all);
    thrift.i64(3, group.rows());
    thrift.end();
  }

  /** Gives up what is not finished; removes nothing. */
  @Override
  public void close() throws IOException {
    if (output != null) {
      output.close();
    }
  }
}
