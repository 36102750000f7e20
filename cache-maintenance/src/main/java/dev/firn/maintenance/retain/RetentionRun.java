package dev.firn.maintenance.retain;

import dev.firn.core.disk.Disk;
import dev.firn.maintenance.retain.DatasetRetention.Decision;
import dev.firn.maintenance.select.Extent;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One decision. First where the line is between what goes and what stays ({@link RetentionLine}):
 * at the cutoff, or later where a cap asks for more. Then what is on its far side, file by file:
 * nothing, by the times in the manifest; everything, where statistics that Firn wrote prove it; or
 * what the rows say, read for the columns that decide.
 */
final class RetentionRun {
  private final Disk disk;
  private final RetentionPolicy policy;
  private final Optional<Instant> cutoff;
  private final long maxKeyBytes;
  private final long atLeast;
  private final Map<RetainedFile, BitSet> protectedByKey = new IdentityHashMap<>();
  private boolean byKey;
  private boolean anyProtection;
  private long rowsExpired;
  private long rowsProtected;
  private long oldestProtected = Long.MAX_VALUE;
  private long rowsWithoutTime;
  private long oldestKept = TimeRange.LATEST;
  private long tiesLeft;

  /**
   * @param atLeast so many rows go in any case, if they may: the oldest
   */
  RetentionRun(
      Disk disk, RetentionPolicy policy, Optional<Instant> cutoff, long maxKeyBytes, long atLeast) {
    this.disk = disk;
    this.policy = policy;
    this.cutoff = cutoff;
    this.maxKeyBytes = maxKeyBytes;
    this.atLeast = atLeast;
  }

  Decision decide(
      String dataset,
      List<RetainedTable> tables,
      List<RetainedFile> files,
      List<LeftOut> leftOut,
      List<String> warnings)
      throws IOException {
    byKey = tables.stream().anyMatch(table -> table.key().isPresent());
    anyProtection = files.stream().anyMatch(RetainedFile::mayBeProtected);
    RetentionLine line = line(files, leftOut, warnings);
    if (byKey && anyProtection && protectedByKey.isEmpty()) {
      findProtected(files, line.ties() > 0 ? line.time() + 1 : line.time());
    }
    tiesLeft = line.ties();
    Map<String, PartitionRetention> partitions = new HashMap<>();
    Map<RetainedTable, List<RetainedFile>> byTable = new IdentityHashMap<>();
    for (RetainedFile file : files) {
      byTable.computeIfAbsent(file.table(), t -> new ArrayList<>()).add(file);
    }
    for (RetainedTable table : tables) {
      partitions.put(table.path(), decide(table, byTable.getOrDefault(table, List.of()), line));
    }
    for (LeftOut partition : leftOut) {
      partitions.put(partition.live().partition().path(), partition.retention());
    }
    return new Decision(report(dataset, tables, warnings), partitions);
  }

  private PartitionRetention decide(
      RetainedTable table, List<RetainedFile> files, RetentionLine line) throws IOException {
    long before = rowsExpired;
    oldestKept = TimeRange.LATEST;
    Map<String, FileRetention> goes = new HashMap<>();
    for (RetainedFile file : files) {
      FileRetention retention = decide(file, line);
      if (retention != FileRetention.KEEP) {
        goes.put(file.location(), retention);
      }
    }
    return new PartitionRetention(
        PartitionRetention.idOf(table.live()), goes, rowsExpired - before, nextDue());
  }

  private Instant nextDue() {
    if (policy.days().isEmpty() || oldestKept >= TimeRange.LATEST) {
      return Instant.MAX;
    }
    try {
      return EventTime.instant(oldestKept).plus(Duration.ofDays(policy.days().getAsLong()));
    } catch (DateTimeException | ArithmeticException e) {
      return Instant.MAX;
    }
  }

  private DatasetRetention report(
      String dataset, List<RetainedTable> tables, List<String> warnings) {
    SortedSet<String> columns = new TreeSet<>();
    tables.forEach(
        table ->
            columns.add(
                table.time().map(t -> t.column().name()).orElse(DatasetRetention.LANDING_TIME)));
    return new DatasetRetention(
        dataset,
        columns,
        cutoff,
        rowsExpired,
        rowsProtected,
        rowsProtected == 0 ? Optional.empty() : Optional.of(EventTime.instant(oldestProtected)),
        rowsWithoutTime,
        warnings,
        Optional.empty());
  }

  /** Why a cap is not met although all goes that may. */
  static String cannotBeMet(boolean isAnyLeftOut) {
    return isAnyLeftOut
        ? " cannot be met: too many rows are protected, have no time, or are in partitions that are"
            + " left out"
        : " cannot be met: too many rows are protected, or have no time";
  }

  private RetentionLine line(List<RetainedFile> files, List<LeftOut> leftOut, List<String> warnings)
      throws IOException {
    RetentionLine byAge =
        cutoff
            .map(instant -> new RetentionLine(clamp(EventTime.micros(instant)), 0))
            .orElse(RetentionLine.NONE);
    long live = files.stream().mapToLong(RetainedFile::rows).sum();
    long counted = live + leftOut.stream().mapToLong(LeftOut::rows).sum();
    long tooMany = policy.maxRows().isPresent() ? counted - policy.maxRows().getAsLong() : 0;
    long wanted = Math.max(tooMany, Math.min(atLeast, live));
    if (wanted <= 0) {
      return byAge;
    }
    if (byKey && anyProtection) {
      findProtected(files, TimeRange.LATEST);
    }
    Optional<RetentionLine> byNumber =
        new OldestRows(files, this::droppableTimes, this::isWholeDroppable).find(wanted);
    if (byNumber.isEmpty()) {
      if (tooMany > 0) {
        warnings.add("max_rows " + policy.maxRows().getAsLong() + cannotBeMet(!leftOut.isEmpty()));
      }
      return new RetentionLine(TimeRange.LATEST, 0);
    }
    return byAge.isBefore(byNumber.get()) ? byNumber.get() : byAge;
  }

  private static long clamp(long micros) {
    return Math.max(TimeRange.EARLIEST, Math.min(TimeRange.LATEST, micros));
  }

  private void findProtected(List<RetainedFile> files, long before) throws IOException {
    protectedByKey.putAll(ProtectedRows.find(disk, files, before, maxKeyBytes));
  }

  private boolean isWholeDroppable(RetainedFile file) {
    return file.isProvable() && !(byKey ? anyProtection : file.mayBeProtected());
  }

  private void droppableTimes(RetainedFile file, OldestRows.Sink sink) throws IOException {
    forEach(
        file,
        (position, time, isProtected) -> {
          if (time != EventTime.NONE && !isProtected) {
            sink.accept(time);
          }
        });
  }

  private FileRetention decide(RetainedFile file, RetentionLine line) throws IOException {
    TimeRange times = file.times();
    if (!line.mayReach(times)) {
      oldestKept = Math.min(oldestKept, times.min());
      return FileRetention.KEEP;
    }
    boolean archived = policy.archive().isPresent(); // then it has to be read in any case
    if (times.max() < line.time() && isWholeDroppable(file) && !archived) {
      rowsExpired += file.rows();
      return FileRetention.DROP;
    }
    BitSet rows = new BitSet();
    forEach(
        file,
        (position, time, isProtected) -> {
          if (time == EventTime.NONE) {
            rowsWithoutTime++;
            return;
          }
          boolean tie = time == line.time() && tiesLeft > 0;
          if (time >= line.time() && !tie) {
            oldestKept = Math.min(oldestKept, time);
            return;
          }
          if (isProtected) {
            rowsProtected++;
            oldestProtected = Math.min(oldestProtected, time);
            return;
          }
          tiesLeft -= tie ? 1 : 0;
          rows.set(position);
        });
    if (rows.isEmpty()) {
      return FileRetention.KEEP;
    }
    int going = rows.cardinality();
    rowsExpired += going;
    return going == file.rows() && !archived
        ? FileRetention.DROP
        : new FileRetention(Extent.SOME, rows);
  }

  /** Takes a row. */
  private interface Rows {
    void accept(int position, long time, boolean isProtected);
  }

  private void forEach(RetainedFile file, Rows rows) throws IOException {
    BitSet decided = protectedByKey.getOrDefault(file, new BitSet(0));
    file.table()
        .forEach(
            disk,
            file,
            (position, time, isProtected, key) ->
                rows.accept(position, time, byKey ? decided.get(position) : isProtected));
  }
}
