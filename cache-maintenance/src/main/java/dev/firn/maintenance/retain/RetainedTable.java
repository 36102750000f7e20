package dev.firn.maintenance.retain;

import dev.firn.core.condition.Bound;
import dev.firn.core.condition.Truth;
import dev.firn.core.disk.Disk;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DataFileRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * One partition's live table with the columns that retention asks for.
 *
 * @param time the column of the event time; empty where files go by their landing time
 * @param protect empty if no row is protected
 * @param key the column that decides whose newest row protects; empty where each row is judged by
 *     itself
 */
record RetainedTable(
    Live live, Optional<EventTime> time, Optional<Bound> protect, Optional<Types.NestedField> key) {

  /** Takes the live rows of a file. */
  interface Sink {
    /**
     * @param time in microseconds, or {@link EventTime#NONE}
     * @param isProtected whether the row is, judged by itself
     * @param key null if there is none
     */
    void accept(int position, long time, boolean isProtected, @Nullable Object key);
  }

  String path() {
    return live.partition().path();
  }

  /** Reads the columns that decide, of every row that no delete hides. */
  void forEach(Disk disk, RetainedFile file, Sink sink) throws IOException {
    Map<Integer, Types.NestedField> fields = new LinkedHashMap<>();
    time.ifPresent(t -> fields.put(t.column().fieldId(), t.column()));
    protect.ifPresent(bound -> bound.columns().forEach(c -> fields.put(c.fieldId(), c)));
    key.ifPresent(k -> fields.put(k.fieldId(), k));
    if (fields.isEmpty()) {
      for (int i = 0; i < file.task().file().recordCount(); i++) {
        if (!file.hidden().get(i)) {
          sink.accept(i, file.times().min(), false, null);
        }
      }
      return;
    }
    List<Integer> ids = new ArrayList<>(fields.keySet());
    int timeAt = time.map(t -> ids.indexOf(t.column().fieldId())).orElse(-1);
    int keyAt = key.map(k -> ids.indexOf(k.fieldId())).orElse(-1);
    int[] protectAt =
        protect.stream()
            .flatMap(bound -> bound.columns().stream())
            .mapToInt(column -> ids.indexOf(column.fieldId()))
            .toArray();
    new DataFileRows(disk, live.generation())
        .forEach(
            file.task(),
            new Schema(List.copyOf(fields.values())),
            (position, row) -> {
              int at = Math.toIntExact(position);
              if (!file.hidden().get(at)) {
                sink.accept(
                    at,
                    timeAt < 0
                        ? file.times().min()
                        : time.orElseThrow().micros(row.get(timeAt, Object.class)),
                    isProtected(row, protectAt),
                    keyAt < 0 ? null : key(row.get(keyAt, Object.class)));
              }
              return true;
            });
  }

  /** True or NULL protects. */
  private boolean isProtected(StructLike row, int[] columns) {
    return protect.isPresent()
        && protect.get().test(column -> row.get(columns[column], Object.class)) != Truth.FALSE;
  }

  /** A value that is equal for equal keys, whatever their width, and that outlives its row. */
  private static @Nullable Object key(@Nullable Object value) {
    if (value instanceof CharSequence text) {
      return text.toString();
    }
    return value instanceof Integer number ? Long.valueOf(number) : value;
  }
}
