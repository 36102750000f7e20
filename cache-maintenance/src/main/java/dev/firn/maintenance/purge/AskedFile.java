package dev.firn.maintenance.purge;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.condition.Bound;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * How a condition is asked of a file outside of the table: of an archive, or a copy that a repair
 * made. It may be older than the table, of a dataset that was dropped and made anew: then a field
 * id means another column. So it is asked by what the file says of its own columns:
 *
 * <ul>
 *   <li>its columns have the names and ids that the table's have, or it lacks both: as the table's;
 *   <li>it has columns of these names with other ids: by the names, with its own types;
 *   <li>it lacks a name, and has its id under another name: by the id, since the table may have
 *       renamed the column. If rows match, they may be of another column, and it is in doubt.
 * </ul>
 *
 * A file that says nothing of its columns is asked by the ids.
 *
 * @param doubt why rows that match may be others; empty if there is none
 */
record AskedFile(MatchingRows rows, Optional<String> doubt) {

  /**
   * @throws Corrupt if it cannot be read, or its columns cannot be asked
   */
  static AskedFile of(Disk disk, Generation generation, Condition condition, Path file)
      throws IOException {
    Schema table = generation.metadata().schema();
    Bound bound = condition.bind(table);
    Optional<Schema> own = FileDescription.read(disk, file).schema();
    boolean alike = true;
    @Nullable String renamed = null;
    for (Types.NestedField column : bound.columns()) {
      if (own.isEmpty()) {
        break;
      }
      String name = String.valueOf(table.findColumnName(column.fieldId()));
      Types.@Nullable NestedField there = own.get().findField(name);
      @Nullable String nameThere = own.get().findColumnName(column.fieldId());
      if (there == null ? nameThere != null : there.fieldId() != column.fieldId()) {
        alike = false;
        renamed = there == null ? name + " is called " + nameThere + " there" : renamed;
      }
    }
    MatchingRows byId = new MatchingRows(disk, generation, table, bound);
    if (alike || renamed != null) {
      return new AskedFile(
          byId, Optional.ofNullable(renamed).map(r -> r + ", or that is another column"));
    }
    Schema columns = own.orElseThrow();
    try {
      return new AskedFile(
          new MatchingRows(disk, generation, columns, condition.bind(columns)), Optional.empty());
    } catch (InvalidConditionException e) {
      throw new Corrupt(
          file, "columns of which the condition can be asked", String.valueOf(e.getMessage()), e);
    }
  }
}
