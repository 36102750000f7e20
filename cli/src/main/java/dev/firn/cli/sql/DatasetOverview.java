package dev.firn.cli.sql;

import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Types;

/**
 * What a person wants to know first of a dataset: how much there is, since when, from whom, how
 * fast it grows and what fills it. Reads the column with the time of rows, and footers.
 *
 * @param bytes of the files that hold live rows
 * @param timeColumn the column with the time of rows, if there is one
 * @param from the earliest time, ISO-8601
 * @param to the latest
 * @param rowsADay over the last {@value #GROWTH_DAYS} days before the latest time, or since the
 *     first
 * @param partitionCount how many there are with rows
 * @param partitions with the most rows first
 * @param columns with the most bytes first
 */
public record DatasetOverview(
    String dataset,
    long rows,
    long files,
    long bytes,
    Optional<String> timeColumn,
    Optional<String> from,
    Optional<String> to,
    Optional<Double> rowsADay,
    long partitionCount,
    List<Share> partitions,
    List<Share> columns) {
  private static final int GROWTH_DAYS = 7;
  private static final int SHOWN = 5;

  /** A part of the whole: of its rows, or of its bytes. */
  public record Share(String name, long amount) {}

  public DatasetOverview {
    partitions = List.copyOf(partitions);
    columns = List.copyOf(columns);
  }

  /** Bytes that a day adds, if its rows are like the others. */
  public Optional<Long> bytesADay() {
    return rows == 0 ? Optional.empty() : rowsADay.map(n -> Math.round(n * bytes / rows));
  }

  /**
   * @param timeColumns which columns may hold the time of a row; the first that is a time counts,
   *     and another one only where there is none of them
   * @param found told of the dataset's partitions
   */
  public static DatasetOverview of(
      Session session,
      DuckDb.Limits limits,
      Path scratchParent,
      String dataset,
      List<String> timeColumns,
      Found found)
      throws IOException {
    try {
      return of(session, limits, scratchParent, dataset, timeColumns, found, true);
    } catch (GatheredException e) {
      return of(session, limits, scratchParent, dataset, timeColumns, state -> {}, false);
    }
  }

  private static DatasetOverview of(
      Session session,
      DuckDb.Limits limits,
      Path scratchParent,
      String dataset,
      List<String> timeColumns,
      Found found,
      boolean gathers)
      throws IOException {
    try (Scratch scratch = new Scratch(session.disk(), scratchParent);
        Connection connection =
            DuckDb.open(session.environment().home(), limits, scratch.directory())) {
      DatasetView view =
          new Snapshots(session.disk(), session.cache(), session.environment().clock(), scratch)
              .take(dataset, List.of(), found)
              .view();
      try (Statement statement = connection.createStatement()) {
        SqlEngine.prepare(connection);
        SqlEngine.requireFieldIds(connection, session.disk(), view);
        SqlEngine.create(
            connection,
            gathers
                ? new SmallFileGathering(session.disk(), scratch, limits.threads()).of(view)
                : view);
        return of(session, statement, dataset, view, timeColumns);
      } catch (SQLException e) {
        GatheredException.throwIfNamed(scratch, e);
        throw SqlEngine.translated(session.disk(), e, List.of(view));
      }
    } catch (SQLException e) {
      throw new IOException("DuckDB does not close: " + e.getMessage(), e);
    }
  }

  private static DatasetOverview of(
      Session session,
      Statement statement,
      String dataset,
      DatasetView view,
      List<String> timeColumns)
      throws SQLException, IOException {
    long bytes = 0;
    for (Path file : view.files()) {
      bytes += session.disk().stat(file).map(stat -> stat.sizeBytes()).orElse(0L);
    }
    String table = Sql.name(dataset);
    List<Share> partitions = partitions(statement, table, view.keys());
    long rows = partitions.stream().mapToLong(Share::amount).sum();
    Optional<String> time = time(view, timeColumns);
    Optional<String> from = Optional.empty();
    Optional<String> to = Optional.empty();
    Optional<Double> growth = Optional.empty();
    if (time.isPresent() && rows > 0) {
      String column = "CAST(" + Sql.name(time.get()) + " AS TIMESTAMP)";
      String text = "strftime(%s, '%%Y-%%m-%%dT%%H:%%M:%%SZ')";
      String query =
          "WITH t AS (SELECT min(%s) AS a, max(%s) AS b FROM %s) SELECT %s, %s,"
                  .formatted(column, column, table, text.formatted("a"), text.formatted("b"))
              + " (SELECT count(*) FROM %s WHERE %s > b - INTERVAL %d DAY)"
                  .formatted(table, column, GROWTH_DAYS)
              + " / greatest(1, least(%d, date_diff('second', a, b) / 86400)) FROM t"
                  .formatted(GROWTH_DAYS);
      try (ResultSet result = statement.executeQuery(query)) {
        result.next();
        from = Optional.ofNullable(result.getString(1));
        to = Optional.ofNullable(result.getString(2));
        growth = from.isEmpty() ? Optional.empty() : Optional.of(result.getDouble(3));
      }
    }
    return new DatasetOverview(
        dataset,
        rows,
        view.files().size(),
        bytes,
        time,
        from,
        to,
        growth,
        partitions.size(),
        partitions.subList(0, Math.min(SHOWN, partitions.size())),
        columns(statement, view));
  }

  /**
   * One of those, else the first time that says of something that it was created, else the first.
   */
  private static Optional<String> time(DatasetView view, List<String> timeColumns) {
    List<String> times = view.columnNames().stream().filter(name -> isTime(view, name)).toList();
    return timeColumns.stream()
        .filter(times::contains)
        .findFirst()
        .or(() -> times.stream().filter(name -> name.endsWith("created_at")).findFirst())
        .or(() -> times.stream().findFirst());
  }

  private static boolean isTime(DatasetView view, String column) {
    String type = view.type(column);
    return type != null && (type.startsWith("TIMESTAMP") || type.equals("DATE"));
  }

  private static List<Share> partitions(Statement statement, String table, Map<String, String> keys)
      throws SQLException {
    String name =
        keys.isEmpty()
            ? "''"
            : keys.entrySet().stream()
                .map(key -> Sql.text(key.getValue() + "=") + " || " + Sql.name(key.getKey()))
                .collect(Collectors.joining(", ", "concat_ws('/', ", ")"));
    return shares(
        statement,
        "SELECT " + name + " AS p, count(*) FROM " + table + " GROUP BY 1 ORDER BY 2 DESC, 1");
  }

  /** Files have other spellings for names that Avro would not take: {@link StructFields}. */
  private static List<Share> columns(Statement statement, DatasetView view) throws SQLException {
    if (view.files().isEmpty()) {
      return List.of();
    }
    Map<String, String> names = new HashMap<>();
    for (Source source : view.sources()) {
      for (Types.NestedField field : source.schema().columns()) {
        StructFields.spellings(field).forEach(spelling -> names.put(spelling, field.name()));
      }
    }
    String files =
        view.files().stream()
            .map(file -> Sql.text(file.toString()))
            .collect(Collectors.joining(", ", "[", "]"));
    Map<String, Long> bytes = new HashMap<>();
    for (Share share :
        shares(
            statement,
            "SELECT split_part(path_in_schema, ', ', 1), CAST(sum(total_compressed_size) AS BIGINT)"
                + " FROM parquet_metadata("
                + files
                + ") GROUP BY 1")) {
      bytes.merge(names.getOrDefault(share.name(), share.name()), share.amount(), Long::sum);
    }
    return bytes.entrySet().stream()
        .map(column -> new Share(column.getKey(), column.getValue()))
        .sorted(Comparator.comparingLong(Share::amount).reversed().thenComparing(Share::name))
        .limit(SHOWN)
        .toList();
  }

  private static List<Share> shares(Statement statement, String query) throws SQLException {
    List<Share> shares = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        shares.add(new Share(String.valueOf(result.getString(1)), result.getLong(2)));
      }
    }
    return shares;
  }
}
