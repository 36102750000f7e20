package dev.firn.cli.sql;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.SettledName;
import dev.firn.core.plain.PlainFooters;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Refuses files that carry no field ids, in tables that do not map names either, or none for a
 * column that is called as one of the table: the engine would find no column in them and show NULL.
 *
 * <p>Files that Firn named have ids. Of every other one the footer is read; of those few whose
 * footer says nothing to Firn the engine is asked.
 */
final class FieldIds {
  private final Disk disk;
  private final PlainFooters footers;

  FieldIds(Disk disk) {
    this.disk = disk;
    this.footers = new PlainFooters(disk);
  }

  /**
   * @param statement of the engine
   * @throws Corrupt naming a file
   * @throws SQLException if the engine cannot read one
   */
  void require(Statement statement, DatasetView view) throws SQLException, IOException {
    List<Path> unknown = new ArrayList<>();
    for (Source source : view.sources()) {
      for (Path file : source.files()) {
        if (isForeign(file)) {
          Optional<PlainFooters.Footer> footer = footers.find(file);
          if (footer.isEmpty()) {
            unknown.add(file);
          } else if (areMissed(file, footer.get())) {
            throw missed(file);
          } else if (footer.get().lacksFieldIds()) {
            ForeignFields.requireIds(disk, file, source.schema());
          }
        }
      }
    }
    if (!unknown.isEmpty()) {
      ask(statement, unknown);
    }
  }

  /** Of files that are no longer there the engine says so when it reads them. */
  private void ask(Statement statement, List<Path> unknown) throws SQLException, IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : unknown) {
      if (disk.isFile(file)) {
        files.add(file);
      }
    }
    if (files.isEmpty()) {
      return;
    }
    try (ResultSet result =
        statement.executeQuery(
            "SELECT file_name FROM parquet_schema("
                + Sql.list(files)
                + ") GROUP BY file_name HAVING count(field_id) = 0 ORDER BY 1")) {
      if (result.next()) {
        throw missed(Path.of(result.getString(1)));
      }
    }
  }

  private static Corrupt missed(Path file) {
    return new Corrupt(file, "field ids, or a table that maps names", "a schema without any");
  }

  /** True for a file that should carry ids and does not. */
  static boolean areMissed(Path file, PlainFooters.Footer footer) {
    return !footer.hasFieldIds() && isForeign(file);
  }

  /** True unless Firn named it. */
  static boolean isForeign(Path file) {
    String name = String.valueOf(file.getFileName());
    return LandedName.parse(name).isEmpty()
        && !SettledName.matches(name)
        && !name.startsWith(Scratch.PREFIX);
  }
}
