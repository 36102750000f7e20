package dev.firn.maintenance.retain;

import java.util.BitSet;
import org.apache.iceberg.FileScanTask;

/**
 * A live data file, as retention sees it.
 *
 * @param table that it belongs to
 * @param hidden rows that the table's delete files hide
 * @param times of its rows
 * @param byFirn true if Firn wrote the file, and so knows that its statistics are right
 * @param mayBeProtected false if the statistics prove that no row of it is protected by itself
 */
record RetainedFile(
    RetainedTable table,
    FileScanTask task,
    BitSet hidden,
    TimeRange times,
    boolean byFirn,
    boolean mayBeProtected) {

  String location() {
    return task.file().location();
  }

  long rows() {
    return task.file().recordCount() - hidden.cardinality();
  }

  /** True if it is proved, without reading, that every row has a time and none is hidden. */
  boolean isProvable() {
    return byFirn && !times.mayLackTime() && hidden.isEmpty();
  }
}
