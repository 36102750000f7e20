package dev.firn.cli.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.HeldRows;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.read.RowReader;
import dev.firn.core.read.RowReader.RowSink;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/**
 * Which rows and columns are asked for, whatever the partition.
 *
 * @param columns in their order; all if empty
 * @param since leaves out rows with an earlier event time, or none; all rows if empty
 * @param timeColumns where the event time may be
 */
record RowSelection(
    Disk disk, List<String> columns, Optional<Instant> since, List<String> timeColumns) {

  /** Takes the rows that are selected. */
  interface Target {
    /**
     * @param type the columns to be shown, the first ones of the row
     * @return false to stop
     */
    boolean accept(Partition partition, Types.StructType type, Record row) throws IOException;
  }

  /** Takes rows that are held for a partition in doubt, as well. */
  interface HeldTarget extends Target {
    /**
     * @param row one that is held, with the columns to be shown, as it was appended
     * @return false to stop
     */
    boolean acceptHeld(Partition partition, ObjectNode row) throws IOException;
  }

  RowSelection {
    columns = List.copyOf(columns);
    timeColumns = List.copyOf(timeColumns);
  }

  /**
   * All live rows of a generation, in the order in which they landed.
   *
   * @return false if the target stopped it
   */
  boolean read(Partition partition, Generation generation, Target target) throws IOException {
    Selected selected = new Selected(partition, generation.metadata().schema(), target);
    return selected.isEmpty()
        || new RowReader(disk, generation).forEach(selected.projection, selected);
  }

  /** The rows of single landed files, as {@link #read}. */
  boolean read(
      Partition partition, Generation generation, Collection<LandedName> landed, Target target)
      throws IOException {
    Selected selected = new Selected(partition, generation.metadata().schema(), target);
    for (LandedName name : landed) {
      if (!selected.isEmpty()
          && !new RowReader(disk, generation).forEach(name, selected.projection, selected)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Rows that are held for a partition; what is no time in the text of its time column leaves a row
   * out as no time does.
   *
   * @return false if the target stopped it
   */
  boolean readHeld(Partition partition, HeldRows rows, HeldTarget target) throws IOException {
    return rows.forEach((row, bytes) -> readHeld(partition, row, target));
  }

  private boolean readHeld(Partition partition, ObjectNode row, HeldTarget target)
      throws IOException {
    if (since.isPresent() && !EventTime.isNotBefore(row, timeColumns, since.get())) {
      return true;
    }
    ObjectNode shown = columns.isEmpty() ? row : row.objectNode();
    for (String column : columns) {
      if (row.has(column)) {
        shown.set(column, row.get(column));
      }
    }
    shown.properties().removeIf(field -> field.getValue().isNull());
    return target.acceptHeld(partition, shown);
  }

  private final class Selected implements RowSink {
    private final Partition partition;
    private final Types.StructType shown;
    private final Schema projection;
    private final Optional<EventTime> eventTime;
    private final Target target;

    Selected(Partition partition, Schema schema, Target target) {
      this.partition = partition;
      this.target = target;
      this.eventTime = since.isEmpty() ? Optional.empty() : EventTime.find(schema, timeColumns);
      List<Types.NestedField> fields =
          columns.isEmpty() ? new ArrayList<>(schema.columns()) : named(schema);
      this.shown = Types.StructType.of(fields);
      eventTime
          .map(EventTime::column)
          .filter(column -> !fields.contains(column))
          .ifPresent(fields::add);
      this.projection = columns.isEmpty() ? schema : new Schema(fields);
    }

    /** The columns asked for that this partition has; rows of one that has none are empty. */
    private List<Types.NestedField> named(Schema schema) {
      List<Types.NestedField> fields = new ArrayList<>();
      columns.stream()
          .distinct()
          .filter(column -> schema.findField(column) != null)
          .forEach(column -> fields.add(Objects.requireNonNull(schema.findField(column))));
      return fields;
    }

    /** True if no row of this partition can be selected. */
    boolean isEmpty() {
      return since.isPresent() && eventTime.isEmpty();
    }

    @Override
    public boolean accept(Record row) throws IOException {
      if (since.isPresent()
          && !eventTime.map(time -> time.isNotBefore(row, since.get())).orElse(false)) {
        return true;
      }
      return target.accept(partition, shown, row);
    }
  }
}
