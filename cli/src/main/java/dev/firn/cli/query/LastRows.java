package dev.firn.cli.query;

import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** Keeps the last rows of all that come. */
final class LastRows implements RowSelection.Target {
  private final long count;
  private final Deque<Row> rows = new ArrayDeque<>();

  private record Row(Partition partition, Types.StructType type, Record values) {}

  LastRows(long count) {
    this.count = count;
  }

  @Override
  public boolean accept(Partition partition, Types.StructType type, Record row) {
    if (rows.size() == count) {
      if (count == 0) {
        return false;
      }
      rows.removeFirst();
    }
    rows.addLast(new Row(partition, type, row));
    return true;
  }

  /** Gives them away, in the order in which they came. */
  void drainTo(RowSelection.Target target) throws IOException {
    boolean more = true;
    while (more && !rows.isEmpty()) {
      Row row = rows.removeFirst();
      more = target.accept(row.partition(), row.type(), row.values());
    }
    rows.clear();
  }
}
