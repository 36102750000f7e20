package dev.firn.cli.sql;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.SettledName;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses files that carry no field ids, in tables that do not map names either: the engine would
 * find no column in them and show NULL everywhere.
 *
 * <p>Files that Firn named have ids. Of up to {@value #LOOKED_AT} others each is looked at; of more
 * as many, the first and the last of each partition among them and the others at equal distances,
 * since a footer costs as much as a small file: files without ids come from an import, and then
 * many of a table's are without.
 */
final class FieldIds {
  private static final int LOOKED_AT = 200;

  private FieldIds() {}

  /**
   * @throws Corrupt naming a file
   */
  static void require(Statement statement, List<DatasetView> views)
      throws SQLException, IOException {
    Set<Path> all = new LinkedHashSet<>();
    Set<Path> some = new LinkedHashSet<>();
    for (DatasetView view : views) {
      for (Source source : view.sources()) {
        List<Path> foreign = new ArrayList<>();
        source.whole().stream().filter(FieldIds::isForeign).forEach(foreign::add);
        source.partial().keySet().stream().filter(FieldIds::isForeign).forEach(foreign::add);
        all.addAll(foreign);
        if (!foreign.isEmpty()) {
          some.add(foreign.get(0));
          some.add(foreign.get(foreign.size() - 1));
        }
      }
    }
    int step = Math.max(1, (all.size() + LOOKED_AT - 1) / LOOKED_AT);
    int index = 0;
    for (Path file : all) {
      if (index++ % step == 0) {
        some.add(file);
      }
    }
    Set<Path> files = some;
    if (files.isEmpty()) {
      return;
    }
    String query =
        files.stream()
            .map(file -> Sql.text(file.toString()))
            .collect(
                Collectors.joining(
                    ", ",
                    "SELECT file_name FROM parquet_schema([",
                    "]) GROUP BY file_name HAVING count(field_id) = 0 ORDER BY 1"));
    try (ResultSet result = statement.executeQuery(query)) {
      if (result.next()) {
        throw new Corrupt(
            Path.of(result.getString(1)),
            "field ids, or a table that maps names",
            "a schema without any");
      }
    }
  }

  private static boolean isForeign(Path file) {
    String name = String.valueOf(file.getFileName());
    return LandedName.parse(name).isEmpty()
        && !SettledName.matches(name)
        && !name.startsWith(Scratch.PREFIX);
  }
}
