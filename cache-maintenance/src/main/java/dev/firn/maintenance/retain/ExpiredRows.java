package dev.firn.maintenance.retain;

import java.util.BitSet;
import java.util.Set;
import org.apache.iceberg.FileScanTask;

/**
 * Rows of a file that are about to be dropped because they expired.
 *
 * @param rows by position; not to be changed
 * @param identityColumns ids of the columns that the file must hold itself, see {@link
 *     dev.firn.maintenance.rewrite.RewriteInput#present}
 */
public record ExpiredRows(FileScanTask file, BitSet rows, Set<Integer> identityColumns) {
  public ExpiredRows {
    identityColumns = Set.copyOf(identityColumns);
  }
}
