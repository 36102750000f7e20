package dev.firn.cli.sql;

import dev.firn.cli.duckdb.DuckDb;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.Results.Column;
import dev.firn.cli.text.Progress.Unit;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Rows as files of Parquet, which the engine writes, and reads back: they must have the fingerprint
 * of the source.
 *
 * <p>The engine holds a row group in memory, as it is without any compression, and looks at the
 * size of a file between two of them. So a group has as many rows as a quarter of the memory holds
 * of average ones. One thread writes: several give a group to each small file that they read, and a
 * value that repeats is then stored with each.
 *
 * <p>The engine does not sync what it writes: each file is synced here before it is read back, and
 * named only after that ({@link ExportedParts}), so that a name never outlives its bytes. Killed
 * while the engine writes, files of temporary names are left; where it writes several, a directory
 * of such a name with files in it, which is renamed file by file and removed when it is empty.
 * Nothing tells such leavings from another export that is running; they are named to the user by
 * the next one and never removed.
 */
final class ParquetParts {
  private static final int MEMORY_PARTS = 4;
  private static final long LEAST_GROUP_ROWS = 2048; // the engine's vector
  private static final long MOST_GROUP_ROWS = 122_880; // the engine's default

  private final Session session;
  private final Disk disk;
  private final Statement statement;
  private final DuckDb.Limits limits;
  private final ExportedParts parts;
  private final Optional<Long> maxFileBytes;

  ParquetParts(
      Session session,
      Statement statement,
      DuckDb.Limits limits,
      ExportedParts parts,
      Optional<Long> maxFileBytes) {
    this.session = session;
    this.disk = session.disk();
    this.statement = statement;
    this.limits = limits;
    this.parts = parts;
    this.maxFileBytes = maxFileBytes;
  }

  /**
   * @param query gives the columns of {@code from} that are wanted
   * @return how many rows were written
   * @throws Corrupt if the files hold other rows
   */
  long write(String query, List<Column> columns, String from) throws SQLException, IOException {
    session.progress().begin(Unit.ROWS, "reading " + parts.place());
    Fingerprint source = Fingerprint.of(statement, columns, from);
    long groupBytes =
        Math.min(limits.memoryBytes() / MEMORY_PARTS, maxFileBytes.orElse(Long.MAX_VALUE));
    long groupRows =
        Math.max(
            LEAST_GROUP_ROWS,
            Math.min(MOST_GROUP_ROWS, groupBytes / Math.max(1, source.rowBytes())));
    String options = " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE " + groupRows;
    session.progress().begin(Unit.ROWS, "writing " + parts.place());
    if (maxFileBytes.isEmpty()) {
      copy(query, parts.next(), options + ")");
    } else {
      inSeveral(query, options + ", FILE_SIZE_BYTES " + maxFileBytes.get());
    }
    List<Path> files = parts.temporaries();
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    String list =
        files.stream()
            .map(file -> Sql.text(file.toString()))
            .collect(Collectors.joining(", ", "[", "]"));
    session.progress().begin(Unit.ROWS, "reading back " + parts.place());
    Fingerprint written =
        Fingerprint.of(statement, columns, "read_parquet(" + list + ", hive_partitioning=false)");
    if (!written.sameRows(source)) {
      throw new Corrupt(
          files.get(0),
          "the " + source.rows() + " rows that were selected",
          written.rows() == source.rows() ? "others" : written.rows() + " rows");
    }
    return source.rows();
  }

  private void copy(String query, Path to, String options) throws SQLException {
    statement.execute("SET preserve_insertion_order=false");
    statement.execute("SET threads=1");
    statement.execute("COPY (" + query + ") TO " + Sql.text(to.toString()) + options);
    statement.execute("SET threads=" + limits.threads());
  }

  /** The engine makes a directory of files, which become parts. */
  private void inSeveral(String query, String options) throws SQLException, IOException {
    Path directory = parts.directory();
    try {
      copy(query, directory, options + ", FILENAME_PATTERN 'part_{i}')");
      List<Path> files = new ArrayList<>();
      for (String name : disk.list(directory)) {
        files.add(directory.resolve(name));
      }
      files.sort(java.util.Comparator.comparingLong(ParquetParts::number));
      for (Path file : files) {
        disk.rename(file, parts.next());
      }
    } finally {
      if (disk.stat(directory).isPresent()) {
        for (String name : disk.list(directory)) {
          disk.delete(directory.resolve(name));
        }
        disk.delete(directory);
      }
    }
    if (parts.temporaries().isEmpty()) {
      copy(query, parts.next(), " (FORMAT parquet, COMPRESSION zstd)"); // of no row
    }
  }

  private static long number(Path file) {
    String digits = Objects.requireNonNull(file.getFileName()).toString().replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }
}
