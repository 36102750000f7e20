package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.DocumentResults;
import dev.firn.cli.sql.ResultFormat;
import dev.firn.cli.sql.Results;
import dev.firn.cli.sql.SqlEngine;
import dev.firn.cli.text.Counted;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.FileStat;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Runs queries and writes their answers. */
final class SqlRun {
  private final Session session;
  private final SqlOptions options;
  private final SqlEngine engine;

  SqlRun(Session session, SqlOptions options) throws IOException {
    this.session = session;
    this.options = options;
    this.engine = SqlOptions.engine(session);
  }

  int toOut(String query) throws IOException {
    return run(query, session.out());
  }

  /** The file appears when it is whole; one that is replaced hands on who may read it. */
  int toFile(String query, Path output) throws IOException {
    Disk disk = session.disk();
    Path file = OutsideTheCache.require(session, output, "--output", "writes");
    Optional<FileStat> there = disk.stat(file);
    if (there.isPresent() && !there.get().isFile()) {
      throw new UsageException(
          file
              + ": expected a file to write, found "
              + switch (there.get().kind()) {
                case DIRECTORY -> "a directory";
                case SYMBOLIC_LINK -> "a symbolic link";
                case FILE, OTHER -> "a device or a pipe";
              });
    }
    Path aside = file.resolveSibling(file.getFileName() + ".firn-" + UUID.randomUUID());
    int code;
    try {
      try (DiskOutput out = disk.create(aside)) {
        Writer writer =
            new BufferedWriter(
                new OutputStreamWriter(stream(out), StandardCharsets.UTF_8), 1 << 16);
        code = run(query, writer);
        writer.flush();
        out.sync();
      }
      if (there.isPresent()) {
        disk.copyAccess(file, aside);
      }
      disk.rename(aside, file);
    } catch (IOException | RuntimeException | Error e) {
      if (disk.stat(aside).isPresent()) {
        disk.delete(aside);
      }
      throw e;
    }
    return code;
  }

  private int run(String query, Writer out) throws IOException {
    Unreadables unreadables = new Unreadables(session);
    if (session.json()) {
      DocumentResults document = new DocumentResults(out);
      document.reading(engine.run(query, document, unreadables::look));
    } else {
      Results results =
          ResultFormat.valueOf(options.format.toUpperCase(Locale.ROOT)).to(out, options.maxCell);
      SqlEngine.Reading reading = engine.run(query, results, unreadables::look);
      if (session.verbose()) {
        session.note(
            Counted.of(reading.files(), "file")
                + " read, "
                + Counted.number(reading.left())
                + " left out, because no row in them can match");
      }
    }
    return unreadables.exitCode().code();
  }

  private static OutputStream stream(DiskOutput out) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }
    };
  }
}
