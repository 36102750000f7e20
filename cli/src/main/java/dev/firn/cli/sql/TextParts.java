package dev.firn.cli.sql;

import dev.firn.cli.sql.Results.Column;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskOutput;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Rows as files of lines, one begun when the one before has its size. Each is synced and read back:
 * it must hold the bytes that were written, and as many records as rows.
 *
 * <p>All have temporary names until the last of them is whole ({@link ExportedParts}): killed
 * before that, nothing has the name of an export. One file is open at a time, and one row in
 * memory.
 */
final class TextParts implements Closeable {
  private static final int CHUNK_BYTES = 1 << 16;

  private final Disk disk;
  private final ExportedParts parts;
  private final ResultFormat format;
  private final List<Column> columns;
  private final long maxFileBytes;
  private @Nullable Part part;
  private long rows;

  /**
   * @param format CSV or JSONL
   */
  TextParts(
      Disk disk,
      ExportedParts parts,
      ResultFormat format,
      List<Column> columns,
      long maxFileBytes) {
    this.disk = disk;
    this.parts = parts;
    this.format = format;
    this.columns = columns;
    this.maxFileBytes = maxFileBytes;
  }

  void row(List<@Nullable String> cells) throws IOException {
    Part open = part();
    open.results.row(cells);
    open.rows++;
    rows++;
    if (open.writer.written >= maxFileBytes) {
      finish(open);
    }
  }

  /** Ends the last file; there is one, even of no row. How many rows were written. */
  long end() throws IOException {
    Part open = part;
    if (open != null || parts.temporaries().isEmpty()) {
      finish(open == null ? part() : open);
    }
    return rows;
  }

  private Part part() throws IOException {
    Part open = part;
    if (open == null) {
      open = new Part(disk.create(parts.next()), format);
      part = open;
      open.results.begin(columns);
    }
    return open;
  }

  private void finish(Part open) throws IOException {
    open.results.end();
    open.writer.flush();
    open.out.sync();
    close();
    List<Path> files = parts.temporaries();
    readBack(files.get(files.size() - 1), open);
  }

  private void readBack(Path file, Part written) throws IOException {
    CRC32C checksum = new CRC32C();
    Records records = new Records(format == ResultFormat.CSV);
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (DiskInput input = disk.open(file)) {
      long position = 0;
      for (int read = input.read(chunk, 0); read >= 0; read = input.read(chunk, position)) {
        checksum.update(chunk.array(), 0, read);
        records.count(chunk.array(), read);
        position += read;
        chunk.clear();
      }
    }
    if (checksum.getValue() != written.sink.checksum.getValue()) {
      throw new Corrupt(file, "the bytes that were written", "others");
    }
    long expected = written.rows + (format == ResultFormat.CSV ? 1 : 0);
    if (records.ended != expected) {
      throw new Corrupt(file, expected + " records", String.valueOf(records.ended));
    }
  }

  @Override
  public void close() throws IOException {
    Part open = part;
    part = null;
    if (open != null) {
      open.out.close();
    }
  }

  private static final class Part {
    private final DiskOutput out;
    private final Sink sink;
    private final CountingWriter writer;
    private final Results results;
    private long rows;

    Part(DiskOutput out, ResultFormat format) {
      this.out = out;
      this.sink = new Sink(out);
      this.writer =
          new CountingWriter(
              new BufferedWriter(
                  new OutputStreamWriter(sink, StandardCharsets.UTF_8), CHUNK_BYTES));
      this.results = format.to(writer, 0);
    }
  }

  /** Ends of records: of lines, in CSV of those outside of quotes. */
  private static final class Records {
    private final boolean quotes;
    private boolean quoted;
    private long ended;

    Records(boolean quotes) {
      this.quotes = quotes;
    }

    void count(byte[] bytes, int length) {
      for (int i = 0; i < length; i++) {
        if (quotes && bytes[i] == '"') {
          quoted = !quoted;
        } else if (bytes[i] == '\n' && !quoted) {
          ended++;
        }
      }
    }
  }

  private static final class Sink extends OutputStream {
    private final DiskOutput out;
    private final CRC32C checksum = new CRC32C();

    Sink(DiskOutput out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      checksum.update(bytes, offset, length);
      out.write(bytes, offset, length);
    }
  }

  /** Counts characters, which are about as many as bytes. */
  private static final class CountingWriter extends Writer {
    private final Writer out;
    private long written;

    CountingWriter(Writer out) {
      this.out = out;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      out.write(text, offset, length);
      written += length;
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
      out.write(text, offset, length);
      written += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
