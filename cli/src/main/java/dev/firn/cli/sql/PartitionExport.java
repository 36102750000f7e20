package dev.firn.cli.sql;

import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.session.Session;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.condition.Condition;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes what is live in one partition at one instant as one file. Columns have the names and types
 * that they have in the whole dataset; the partition's keys are left to the file's path.
 *
 * <p>The file is written aside, synced and counted again; then it gets its name. Whatever fails, no
 * file of that name is there.
 */
public final class PartitionExport {
  private final Session session;
  private final DuckDb.Limits limits;
  private final Path scratchParent;

  /** What becomes of the rows. */
  public enum Format {
    PARQUET("parquet"),
    JSONL("jsonl"),
    CSV("csv");

    private final String extension;

    Format(String extension) {
      this.extension = extension;
    }

    public String extension() {
      return extension;
    }
  }

  /**
   * @param columns those wanted, in this order; all if empty
   * @param conditions that rows fulfil, all of them
   */
  public record Selection(List<String> columns, List<Condition> conditions) {
    public Selection {
      columns = List.copyOf(columns);
      conditions = List.copyOf(conditions);
    }
  }

  public PartitionExport(Session session, DuckDb.Limits limits, Path scratchParent) {
    this.session = session;
    this.limits = limits;
    this.scratchParent = scratchParent;
  }

  /**
   * @param file must not exist, its directory must
   * @return how many rows were written; empty if the partition cannot be read
   * @throws Corrupt if the file does not hold the rows that were selected
   */
  public Optional<Long> write(
      Partition partition, Selection selection, Format format, Path file, Found found)
      throws IOException {
    boolean[] left = {false};
    try (Scratch scratch = new Scratch(session.disk(), scratchParent);
        Connection connection =
            DuckDb.open(session.environment().home(), limits, scratch.directory())) {
      Snapshots taker =
          new Snapshots(session.disk(), session.cache(), session.environment().clock(), scratch);
      DatasetView view =
          taker
              .take(
                  partition.dataset(),
                  selection.conditions(),
                  partition::equals,
                  state -> {
                    left[0] = state instanceof Unreadable;
                    found.partition(state);
                  })
              .view();
      if (left[0] && view.files().isEmpty()) {
        return Optional.empty();
      }
      try {
        SqlEngine.create(connection, List.of(view));
        return Optional.of(write(connection, view, partition, selection, format, file));
      } catch (SQLException e) {
        throw SqlEngine.translated(session.disk(), e, List.of(view));
      }
    } catch (SQLException e) {
      throw new IOException("DuckDB does not close: " + e.getMessage(), e);
    }
  }

  private long write(
      Connection connection,
      DatasetView view,
      Partition partition,
      Selection selection,
      Format format,
      Path file)
      throws SQLException, IOException {
    String from = " FROM " + Sql.name(partition.dataset()) + where(selection.conditions());
    List<String> columns = selection.columns().isEmpty() ? view.columnNames() : selection.columns();
    String query = "SELECT " + String.join(", ", columns.stream().map(Sql::name).toList()) + from;
    Disk disk = session.disk();
    Path aside = file.resolveSibling(file.getFileName() + ".firn-" + UUID.randomUUID());
    try (Statement statement = connection.createStatement()) {
      long expected = count(statement, "SELECT count(*)" + from);
      long written =
          format == Format.PARQUET
              ? parquet(statement, query, aside)
              : text(connection, query, format, aside);
      if (written != expected) {
        throw new Corrupt(aside, expected + " rows", String.valueOf(written));
      }
      disk.rename(aside, file);
      disk.syncDirectory(Objects.requireNonNull(file.getParent()));
      return written;
    } finally {
      if (disk.stat(aside).isPresent()) {
        disk.delete(aside);
      }
    }
  }

  private static String where(List<Condition> conditions) {
    return conditions.isEmpty()
        ? ""
        : " WHERE "
            + String.join(" AND ", conditions.stream().map(c -> "(\n" + c + "\n)").toList());
  }

  /** Counts what was written by reading it back. */
  private static long parquet(Statement statement, String query, Path file)
      throws SQLException, IOException {
    String name = Sql.text(file.toString());
    statement.execute("COPY (" + query + ") TO " + name + " (FORMAT parquet, COMPRESSION zstd)");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return count(statement, "SELECT count(*) FROM read_parquet(" + name + ")");
  }

  private long text(Connection connection, String query, Format format, Path file)
      throws SQLException, IOException {
    long rows = 0;
    try (DiskOutput out = session.disk().create(file)) {
      Writer writer =
          new BufferedWriter(new OutputStreamWriter(stream(out), StandardCharsets.UTF_8), 1 << 16);
      Results results =
          (format == Format.CSV ? ResultFormat.CSV : ResultFormat.JSONL).to(writer, 0);
      Cells cells;
      try (var prepared = connection.prepareStatement(query)) {
        cells = Cells.of(Objects.requireNonNull(prepared.getMetaData()));
      }
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(cells.readable(query))) {
        results.begin(cells.columns());
        while (result.next()) {
          results.row(cells.read(result));
          rows++;
        }
        results.end();
      }
      writer.flush();
      out.sync();
      return rows;
    }
  }

  private static long count(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
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
