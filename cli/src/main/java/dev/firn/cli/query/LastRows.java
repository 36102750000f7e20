package dev.firn.cli.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** Keeps the last rows of all that come. */
final class LastRows implements RowSelection.HeldTarget {
  private final long count;
  private final Deque<Row> rows = new ArrayDeque<>();

  /** A row, ready to be given to somebody else. */
  private interface Row {
    boolean giveTo(RowSelection.HeldTarget target) throws IOException;
  }

  LastRows(long count) {
    this.count = count;
  }

  @Override
  public boolean accept(Partition partition, Types.StructType type, Record row) {
    return keep(target -> target.accept(partition, type, row));
  }

  @Override
  public boolean acceptHeld(Partition partition, ObjectNode row) {
    return keep(target -> target.acceptHeld(partition, row));
  }

  private boolean keep(Row row) {
    if (rows.size() == count) {
      if (count == 0) {
        return false;
      }
      rows.removeFirst();
    }
    rows.addLast(row);
    return true;
  }

  /** Gives them away, in the order in which they came. */
  void drainTo(RowSelection.HeldTarget target) throws IOException {
    boolean more = true;
    while (more && !rows.isEmpty()) {
      more = rows.removeFirst().giveTo(target);
    }
    rows.clear();
  }
}
