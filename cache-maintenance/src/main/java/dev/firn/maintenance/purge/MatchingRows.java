package dev.firn.maintenance.purge;

import dev.firn.core.condition.Bound;
import dev.firn.core.condition.Truth;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.read.DataFileRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types;

/**
 * The rows of files of which a condition is true, found by reading every row: no statistics are
 * trusted, and what delete files hide is read too. A row of which it is NULL does not match.
 */
final class MatchingRows {
  private final DataFileRows rows;
  private final Bound condition;
  private final Schema columns;

  /** How many rows match, of how many. */
  record Count(long matching, long rows) {}

  /**
   * @param schema of the generation; the condition is bound to it
   */
  MatchingRows(Disk disk, Generation generation, Schema schema, Bound condition) {
    this.rows = new DataFileRows(disk, generation);
    this.condition = condition;
    // A condition of constants alone needs rows to be true of.
    List<Types.NestedField> asked =
        condition.columns().isEmpty() ? schema.columns().subList(0, 1) : condition.columns();
    this.columns = new Schema(asked);
  }

  /** Those of a live data file, by position. */
  BitSet of(FileScanTask file) throws IOException {
    BitSet matching = new BitSet();
    rows.forEach(
        file,
        columns,
        (position, row) -> {
          if (matches(row)) {
            matching.set(Math.toIntExact(position));
          }
          return true;
        });
    return matching;
  }

  /** Those of any other file, by position. */
  BitSet of(Path file) throws IOException {
    BitSet matching = new BitSet();
    rows.forEach(
        file,
        columns,
        (position, row) -> {
          if (matches(row)) {
            matching.set(Math.toIntExact(position));
          }
          return true;
        });
    return matching;
  }

  /** How many those of any other file are. */
  Count count(Path file) throws IOException {
    long[] counts = new long[2];
    rows.forEach(
        file,
        columns,
        (position, row) -> {
          counts[0] += matches(row) ? 1 : 0;
          counts[1]++;
          return true;
        });
    return new Count(counts[0], counts[1]);
  }

  private boolean matches(StructLike row) {
    return condition.test(column -> row.get(column, Object.class)) == Truth.TRUE;
  }
}
