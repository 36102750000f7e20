package dev.firn.maintenance.retain;

import dev.firn.core.condition.Bound;
import dev.firn.core.condition.ColumnStatistics;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.SettledName;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DeletedRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Reads of a partition what retention has to know before it reads rows. */
final class TableReader {
  private static final Pattern IS_NULL = Pattern.compile("\\bis\\s+(not\\s+)?null\\b");
  private static final Pattern NULL = Pattern.compile("\\bnull\\b");

  private final Disk disk;
  private final Optional<String> timestampColumn;
  private final Optional<Condition> protect;
  private final Optional<String> key;

  /**
   * @throws RetentionException if the condition is none
   */
  TableReader(
      Disk disk, Optional<String> timestampColumn, Optional<String> protect, Optional<String> key)
      throws RetentionException {
    this.disk = disk;
    this.timestampColumn = timestampColumn;
    this.key = protect.isPresent() ? key : Optional.empty();
    try {
      this.protect = protect.map(Condition::parse);
    } catch (InvalidConditionException e) {
      throw new RetentionException("protect: " + e.getMessage());
    }
  }

  /**
   * @throws RetentionException if the table lacks a column that is asked for, or it is of a type
   *     that cannot be asked
   */
  RetainedTable table(Live live) throws RetentionException {
    Schema schema = live.generation().metadata().schema();
    Optional<EventTime> time =
        timestampColumn.isPresent()
            ? Optional.of(EventTime.declared(schema, timestampColumn.get()))
            : EventTime.find(schema);
    Optional<Bound> bound;
    try {
      bound = protect.map(condition -> condition.bind(schema));
    } catch (InvalidConditionException e) {
      throw new RetentionException("protect: " + e.getMessage());
    }
    Types.@Nullable NestedField column = null;
    if (key.isPresent()) {
      column = schema.asStruct().field(key.get());
      if (column == null) {
        throw new MissingColumnException("key", key.get());
      }
      if (!column.type().isPrimitiveType()) {
        throw new RetentionException(
            "key \"" + key.get() + "\" is of type " + column.type() + ", which cannot be compared");
      }
    }
    return new RetainedTable(live, time, bound, Optional.ofNullable(column));
  }

  /** The live files of a table in the order in which they landed. */
  List<RetainedFile> files(RetainedTable table) throws IOException {
    Schema schema = table.live().generation().metadata().schema();
    TreeSet<String> columns = new TreeSet<>();
    table.time().ifPresent(time -> columns.add(name(schema, time.column())));
    table
        .protect()
        .ifPresent(bound -> bound.columns().forEach(column -> columns.add(name(schema, column))));
    List<FileScanTask> tasks =
        columns.isEmpty()
            ? table.live().generation().liveFiles()
            : table.live().generation().liveFilesWithStatisticsOf(columns);
    DeletedRows deleted = new DeletedRows(table.live().generation());
    List<RetainedFile> files = new ArrayList<>();
    for (FileScanTask task : tasks) {
      String location = task.file().location();
      files.add(
          new RetainedFile(
              table,
              task,
              task.deletes().isEmpty() ? new BitSet(0) : deleted.of(task),
              times(table, task),
              SettledName.isWrittenByFirn(location.substring(location.lastIndexOf('/') + 1)),
              mayBeProtected(table, task)));
    }
    return files;
  }

  private static String name(Schema schema, Types.NestedField field) {
    return String.valueOf(schema.findColumnName(field.fieldId()));
  }

  private TimeRange times(RetainedTable table, FileScanTask task) throws IOException {
    return table.time().isPresent()
        ? TimeRange.of(task, table.time().get())
        : TimeRange.at(
            EventTime.micros(
                LandingTime.of(
                    disk, table.live().generation().io().resolve(task.file().location()))));
  }

  /** NULL protects as well: it can come of a null in a column, or of one in the condition. */
  private boolean mayBeProtected(RetainedTable table, FileScanTask task) {
    if (table.protect().isEmpty()) {
      return false;
    }
    String text = protect.orElseThrow().toString().toLowerCase(Locale.ROOT);
    if (NULL.matcher(IS_NULL.matcher(text).replaceAll("")).find()) {
      return true;
    }
    Bound bound = table.protect().get();
    List<ColumnStatistics> statistics =
        bound.columns().stream().map(column -> ColumnStatistics.of(task.file(), column)).toList();
    return statistics.stream().anyMatch(ColumnStatistics::mayHaveNulls)
        || bound.mayMatch(statistics::get);
  }
}
