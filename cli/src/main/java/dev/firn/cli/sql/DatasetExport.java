package dev.firn.cli.sql;

import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.failure.InterruptedAnswerException;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.Progress.Unit;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.condition.Condition;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is live in the partitions of a dataset, each as it is at an instant of its own, as
 * one file, or as several of a size. Columns have the names and types that they have in the whole
 * dataset as it was when the export began; the partition's keys are left to the files' path.
 *
 * <p>There is one engine for all partitions, and each is looked at once for the columns and once
 * for its rows: what an export costs grows with the partitions and not with their square.
 *
 * <p>The files are written aside, synced and read back: Parquet must hold the rows of the source,
 * value by value, text the bytes that were written and as many records as the source has rows. Then
 * they get their names (see {@link ExportedParts}). Whatever fails, or whenever this process is
 * killed, no file of the partition that it was at has one, and those of the partitions before it
 * are whole. In the cache nothing is written. Not for several threads.
 */
public final class DatasetExport implements Closeable {
  private final Session session;
  private final DuckDb.Limits limits;
  private final String dataset;
  private final Scratch scratch;
  private final Connection connection;
  private final Snapshots taker;
  private final List<Source> columns;

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

  /**
   * What is there of an export.
   *
   * @param files in order
   */
  public record Exported(List<Path> files, long rows) {
    public Exported {
      files = List.copyOf(files);
    }
  }

  /**
   * @param maxFileBytes about how many bytes a file has at most; empty for one file
   */
  public record Shape(Format format, Optional<Long> maxFileBytes) {}

  /** Stopped by Ctrl-C. */
  private volatile boolean stopped;

  private volatile @Nullable Statement running;

  private DatasetExport(
      Session session,
      DuckDb.Limits limits,
      String dataset,
      Scratch scratch,
      Connection connection,
      List<Live> live) {
    this.session = session;
    this.limits = limits;
    this.dataset = dataset;
    this.scratch = scratch;
    this.connection = connection;
    this.taker =
        new Snapshots(session.disk(), session.cache(), session.environment().clock(), scratch);
    this.columns = Snapshots.columns(live);
  }

  /**
   * @param scratchParent a directory outside of the cache, for what does not fit into the memory
   * @param live every partition of the dataset that can be read, which give the columns
   */
  public static DatasetExport open(
      Session session, DuckDb.Limits limits, Path scratchParent, String dataset, List<Live> live)
      throws IOException {
    Scratch scratch = new Scratch(session.disk(), scratchParent);
    Connection connection;
    try {
      connection = DuckDb.open(session.environment().home(), limits, scratch.directory());
    } catch (IOException | RuntimeException e) {
      scratch.close();
      throw e;
    }
    DatasetExport export = new DatasetExport(session, limits, dataset, scratch, connection, live);
    try {
      SqlEngine.prepare(connection);
      session.environment().stop().onStop(export::stop);
    } catch (SQLException e) {
      export.close();
      throw new IOException("DuckDB does not start: " + e.getMessage(), e);
    }
    return export;
  }

  /** True for the name of a file that is left of an export that was killed, if none runs there. */
  public static boolean isLeft(String name) {
    return ExportedParts.isLeft(name);
  }

  /** True for the name of a file that an export wrote. */
  public static boolean isPart(String name, Format format) {
    return ExportedParts.isPart(name, format.extension());
  }

  /** True if rows of a column of this type can be exported. */
  public static boolean isSupported(Type type) {
    return SqlType.isSupported(type);
  }

  /**
   * @param directory exists, and holds no file that {@link #isPart}
   * @return empty if the partition cannot be read
   * @throws Corrupt if a file does not hold the rows that were selected
   */
  public Optional<Exported> write(
      Partition partition, Selection selection, Shape shape, Path directory, Found found)
      throws IOException {
    boolean[] left = {false};
    DatasetView view =
        taker
            .take(
                partition,
                columns,
                selection.conditions(),
                state -> {
                  left[0] = state instanceof Unreadable;
                  found.partition(state);
                })
            .view();
    try {
      if (left[0] && view.files().isEmpty()) {
        return Optional.empty();
      }
      SqlEngine.requireFieldIds(connection, session.disk(), view);
      SqlEngine.create(connection, view);
      Exported exported = write(view, selection, shape, directory);
      SqlEngine.drop(connection, view);
      return Optional.of(exported);
    } catch (SQLException e) {
      requireGoing();
      throw SqlEngine.translated(session.disk(), e, List.of(view));
    } finally {
      scratch.clear();
    }
  }

  private Exported write(DatasetView view, Selection selection, Shape shape, Path directory)
      throws SQLException, IOException {
    String from = Sql.name(dataset) + where(selection.conditions());
    List<String> names = selection.columns().isEmpty() ? view.columnNames() : selection.columns();
    String query =
        "SELECT " + String.join(", ", names.stream().map(Sql::name).toList()) + " FROM " + from;
    String extension = shape.format().extension();
    try (ExportedParts parts =
            new ExportedParts(
                session.disk(), directory, extension, shape.maxFileBytes().isPresent());
        Statement statement = connection.createStatement()) {
      running = statement;
      requireGoing();
      Cells cells;
      try (var prepared = connection.prepareStatement(query)) {
        cells = Cells.of(Objects.requireNonNull(prepared.getMetaData()));
      }
      long rows =
          shape.format() == Format.PARQUET
              ? new ParquetParts(session, statement, limits, parts, shape.maxFileBytes())
                  .write(query, cells.columns(), from)
              : text(statement, query, from, cells, shape, parts);
      requireGoing();
      return new Exported(parts.publish(), rows);
    }
  }

  private void stop() {
    stopped = true;
    Statement statement = running;
    try {
      if (statement != null) {
        statement.cancel();
      }
    } catch (SQLException e) {
      return; // it is over
    }
  }

  private void requireGoing() throws InterruptedAnswerException {
    if (stopped) {
      throw new InterruptedAnswerException();
    }
  }

  private static String where(List<Condition> conditions) {
    return conditions.isEmpty()
        ? ""
        : " WHERE "
            + String.join(" AND ", conditions.stream().map(c -> "(\n" + c + "\n)").toList());
  }

  private long text(
      Statement statement, String query, String from, Cells cells, Shape shape, ExportedParts parts)
      throws SQLException, IOException {
    long expected;
    try (ResultSet result = statement.executeQuery("SELECT count(*) FROM " + from)) {
      result.next();
      expected = result.getLong(1);
    }
    ResultFormat format = shape.format() == Format.CSV ? ResultFormat.CSV : ResultFormat.JSONL;
    try (ResultSet result = statement.executeQuery(cells.readable(query));
        TextParts text =
            new TextParts(
                session.disk(),
                parts,
                format,
                cells.columns(),
                shape.maxFileBytes().orElse(Long.MAX_VALUE))) {
      String place = parts.place();
      session.progress().begin(Unit.ROWS, place);
      for (long rows = 1; result.next(); rows++) {
        requireGoing();
        text.row(cells.read(result));
        session.progress().at(rows, expected, () -> place);
      }
      long written = text.end();
      if (written != expected) {
        throw new Corrupt(parts.temporaries().get(0), expected + " rows", String.valueOf(written));
      }
      return written;
    }
  }

  /** Closes the engine before what it wrote aside is removed. */
  @Override
  public void close() throws IOException {
    try (scratch) {
      connection.close();
    } catch (SQLException e) {
      throw new IOException("DuckDB does not close: " + e.getMessage(), e);
    }
  }
}
