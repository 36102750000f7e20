package dev.firn.cli.sql;

import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.failure.InterruptedAnswerException;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.condition.Condition;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Answers SQL over a cache's datasets, each of which is a view.
 *
 * <p>A query sees one state: what was live in each partition when the query began, as a list of
 * files that nobody changes. Whatever is published or swapped while it runs changes nothing in its
 * answer. Only when a generation is removed meanwhile, whose grace was over, is it begun again, if
 * no row was given away yet.
 *
 * <p>Nothing in the cache is written, and the engine may open no file but those beside the ones it
 * is given: external access is off, its configuration locked, extensions are neither installed nor
 * loaded.
 */
public final class SqlEngine {
  private static final int RANGES_AT_ONCE = 1000;
  private static final int MOST_DIRECTORIES = 64;

  /** Ends of the engine's messages that say nothing of what is in a file. */
  private static final List<String> REFUSALS = List.of("Permission denied", "Too many open files");

  private static final String PREFIX =
      "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\n"
          + "Error: ";

  private final Session session;
  private final DuckDb.Limits limits;
  private final Path scratchParent;

  /**
   * What was read for an answer.
   *
   * @param files data files that were read, of some no more than how many rows they have
   * @param left data files that no row of the answer can be in
   */
  public record Reading(int files, int left) {}

  /**
   * @param scratchParent a directory outside of the cache, for what does not fit into the memory
   */
  public SqlEngine(Session session, DuckDb.Limits limits, Path scratchParent) {
    this.session = session;
    this.limits = limits;
    this.scratchParent = scratchParent;
  }

  /**
   * Runs one query.
   *
   * @param found told of the partitions that are asked
   * @throws UsageException if it is no query, or a wrong one; the message points at the place
   * @throws CacheException if a file of the cache cannot be read
   */
  public Reading run(String text, Results results, Found found) throws IOException {
    boolean[] begun = {false};
    Runnable begin = () -> begun[0] = true;
    Set<String> notes = new LinkedHashSet<>();
    try {
      return runOnce(text, results, found, notes, begin, true);
    } catch (GenerationRemoved | GatheredException e) {
      boolean gathers = e instanceof GenerationRemoved;
      if (!begun[0]) {
        return runOnce(text, results, state -> {}, notes, begin, gathers);
      }
      if (!gathers) {
        runOnce(text, Results.NOWHERE, state -> {}, notes, begin, false); // fails at the true file
      }
      throw e;
    } catch (UsageException e) {
      String problem = String.valueOf(e.getMessage());
      throw new UsageException(QueryProblem.explained(problem, text, datasets()));
    }
  }

  private List<String> datasets() throws IOException {
    return session.rootExists() ? session.cache().datasets() : List.of();
  }

  /** Makes of a view another one of the same rows. */
  @FunctionalInterface
  private interface Gathering {
    DatasetView of(DatasetView view) throws IOException;
  }

  /**
   * @param notes what was said already
   * @param gathers whether small files may be gathered
   */
  private Reading runOnce(
      String text, Results results, Found found, Set<String> notes, Runnable begin, boolean gathers)
      throws IOException {
    try (Scratch scratch = new Scratch(session.disk(), scratchParent);
        Connection connection =
            DuckDb.open(session.environment().home(), limits, scratch.directory())) {
      ParsedQuery query = ParsedQuery.parse(connection, text);
      SmallFileGathering gathering =
          new SmallFileGathering(session.disk(), scratch, limits.threads());
      Map<String, Snapshots.Snapshot> snapshots = new LinkedHashMap<>();
      try {
        Snapshots taker =
            new Snapshots(session.disk(), session.cache(), session.environment().clock(), scratch);
        Map<String, DatasetView> views = new LinkedHashMap<>();
        for (Map.Entry<String, String> asked : AskedDatasets.of(datasets(), query).entrySet()) {
          List<Condition> conditions = WhereClause.of(query.tree(), asked.getValue());
          Snapshots.Snapshot snapshot = taker.take(asked.getKey(), conditions, found);
          snapshots.put(asked.getKey(), snapshot);
          views.put(asked.getValue(), snapshot.view().named(asked.getValue()));
        }
        snapshots.forEach((dataset, snapshot) -> noteUnsupported(dataset, snapshot, notes));
        Gathering how = gathers && query.readsAll() ? gathering::of : view -> view;
        lock(connection, create(connection, query, views, how), scratch);
        answer(connection, query, results, begin);
      } catch (SQLException e) {
        if (gathers) {
          GatheredException.throwIfNamed(scratch, e);
        }
        throw translated(e, snapshots);
      }
      return new Reading(
          snapshots.values().stream().mapToInt(Snapshots.Snapshot::files).sum(),
          snapshots.values().stream().mapToInt(Snapshots.Snapshot::left).sum());
    } catch (SQLException e) {
      throw new UsageException(message(e));
    }
  }

  private void noteUnsupported(String dataset, Snapshots.Snapshot snapshot, Set<String> notes) {
    snapshot
        .unsupported()
        .forEach(
            (column, type) -> {
              String note =
                  "column \"%s\" of %s is left out: there is nothing in SQL for its type %s;"
                          .formatted(column, dataset, type)
                      + " \"firn query rows\" shows it";
              if (notes.add(note)) {
                session.note(note);
              }
            });
  }

  /** Makes the views; that of a query that asks for no more than numbers of rows of numbers. */
  private List<DatasetView> create(
      Connection connection, ParsedQuery query, Map<String, DatasetView> views, Gathering gathering)
      throws SQLException, IOException {
    prepare(connection);
    List<DatasetView> created = new ArrayList<>();
    for (Map.Entry<String, DatasetView> named : views.entrySet()) {
      DatasetView view = named.getValue();
      Optional<List<Long>> rows =
          CountQuery.matches(query.tree(), named.getKey(), view)
              ? CountQuery.rows(session.disk(), view)
              : Optional.empty();
      if (rows.isPresent()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(new ViewSql(view).createCounted(rows.get()));
        }
      } else {
        requireFieldIds(connection, session.disk(), view); // nobody asks for them once gathered
        DatasetView gathered = gathering.of(view);
        create(connection, gathered);
        created.add(gathered);
      }
    }
    return created;
  }

  /** Makes what views stand on. */
  static void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone='UTC'");
      statement.execute("SET allow_unsigned_extensions=false");
      statement.execute("CREATE SCHEMA " + ViewSql.INTERNAL);
      statement.execute("CREATE TABLE " + ViewSql.DELETED + " (file VARCHAR, position BIGINT)");
    }
  }

  /** Refuses files in which columns would not be found. */
  static void requireFieldIds(Connection connection, Disk disk, DatasetView view)
      throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      new FieldIds(disk).require(statement, view);
    }
  }

  /** Makes a view of files. */
  static void create(Connection connection, DatasetView view) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (Source source : view.sources()) {
        for (Map.Entry<Path, BitSet> file : source.partial().entrySet()) {
          insert(statement, file.getKey(), file.getValue());
        }
      }
      statement.execute(new ViewSql(view).create());
    }
  }

  /** Takes a view away, so that there can be another one of the same dataset. */
  static void drop(Connection connection, DatasetView view) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP VIEW " + Sql.name(view.name()));
      statement.execute("TRUNCATE " + ViewSql.DELETED);
    }
  }

  /**
   * From here on the engine opens no file but those beside the ones that it was given, or, where
   * they are in many directories, none outside of the cache and the scratch directory: with each
   * file that it opens it goes through the list.
   */
  private void lock(Connection connection, List<DatasetView> views, Scratch scratch)
      throws SQLException {
    Set<Path> directories = new LinkedHashSet<>();
    for (DatasetView view : views) {
      view.files().forEach(file -> directories.add(Objects.requireNonNull(file.getParent())));
    }
    Collection<Path> allowed =
        directories.size() > MOST_DIRECTORIES
            ? List.of(session.cache().root(), scratch.directory())
            : directories;
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          allowed.stream()
              .map(directory -> Sql.text(directory + "/"))
              .collect(Collectors.joining(", ", "SET allowed_directories=[", "]")));
      statement.execute("SET enable_external_access=false");
      statement.execute("SET lock_configuration=true");
    }
  }

  /** As ranges: deletes are often of neighbours. */
  private static void insert(Statement statement, Path file, BitSet positions) throws SQLException {
    List<String> ranges = new ArrayList<>();
    for (int start = positions.nextSetBit(0); start >= 0; ) {
      int end = positions.nextClearBit(start);
      ranges.add("(" + start + ", " + end + ")");
      start = positions.nextSetBit(end);
      if (ranges.size() == RANGES_AT_ONCE || start < 0) {
        statement.execute(
            "INSERT INTO "
                + ViewSql.DELETED
                + " SELECT "
                + Sql.text(file.toString())
                + ", unnest(range(a, b)) FROM (VALUES "
                + String.join(", ", ranges)
                + ") v(a, b)");
        ranges.clear();
      }
    }
  }

  private void answer(Connection connection, ParsedQuery query, Results results, Runnable begin)
      throws SQLException, IOException {
    AtomicBoolean stopped = new AtomicBoolean();
    try (PreparedStatement prepared = connection.prepareStatement(query.text());
        Statement other = connection.createStatement()) {
      Cells cells = Cells.of(Objects.requireNonNull(prepared.getMetaData()));
      String readable = cells.readable(query.text());
      boolean asItIs = readable.equals(query.text()); // then it need not be planned again
      Statement statement = asItIs ? prepared : other;
      session
          .environment()
          .stop()
          .onStop(
              () -> {
                stopped.set(true); // an answer that streams by now is not ended by the engine
                cancel(statement);
              });
      try (ResultSet rows = asItIs ? prepared.executeQuery() : other.executeQuery(readable)) {
        boolean more = rows.next(); // what cannot be read often fails here: nothing is given yet
        begin.run();
        results.begin(cells.columns());
        for (; more; more = rows.next()) {
          requireGoing(stopped);
          results.row(cells.read(rows));
        }
        requireGoing(stopped);
        results.end();
      }
    } catch (SQLException e) {
      requireGoing(stopped);
      throw e;
    }
  }

  private static void requireGoing(AtomicBoolean stopped) throws InterruptedAnswerException {
    if (stopped.get()) {
      throw new InterruptedAnswerException();
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      return; // it is over
    }
  }

  /** What failed: the cache's file that the engine names, or the query. */
  private IOException translated(SQLException error, Map<String, Snapshots.Snapshot> snapshots)
      throws IOException {
    return translated(
        session.disk(), error, snapshots.values().stream().map(s -> s.view()).toList());
  }

  static IOException translated(Disk disk, SQLException error, List<DatasetView> views)
      throws IOException {
    String message = message(error);
    for (DatasetView view : views) {
      for (Path file : view.files()) {
        if (message.contains(file.toString())) {
          for (String refusal : REFUSALS) {
            if (message.endsWith(refusal)) {
              return new FileSystemException(file.toString(), null, refusal);
            }
          }
          Path generation =
              Objects.requireNonNull(Objects.requireNonNull(file.getParent()).getParent());
          Corrupt corrupt = new Corrupt(file, "a readable Parquet file", message, error);
          return disk.stat(generation).map(FileStat::isDirectory).orElse(false)
              ? corrupt
              : new GenerationRemoved(generation, corrupt);
        }
      }
    }
    if (message.startsWith("Out of Memory")) {
      throw new UsageException(
          "the query needs more memory than query.sql.memory_bytes allows: " + message);
    }
    throw new UsageException(message);
  }

  static String message(SQLException error) {
    String message = String.valueOf(error.getMessage()).strip();
    return message.startsWith(PREFIX) ? message.substring(PREFIX.length()) : message;
  }
}
