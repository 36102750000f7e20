package dev.firn.core.read;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.formats.FormatModelRegistry;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.StructLikeWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that a table's equality deletes hide: those with a deleted key, in a data file of
 * a lower sequence number than the delete.
 *
 * <p>Each delete file is read once for as many data files as are asked about. What stays of it is
 * each key with the highest sequence number that deletes it, so that one look-up decides for data
 * files of every age.
 *
 * <p>The keys in memory take about as many bytes as the constructor is told, however many there are
 * (I7): more keys than that are gone through portion by portion, and the data files of the call are
 * read once for each portion. 32 MB hold some 100,000 keys of 50 bytes.
 */
final class EqualityDeletes {
  private final Generation generation;
  private final long maxBytes;
  private final Map<Scope, DeletedKeys> kept = new HashMap<>();
  private long keptBytes;

  EqualityDeletes(Generation generation, long maxBytes) {
    this.generation = generation;
    this.maxBytes = maxBytes;
  }

  /**
   * Deletes by the same columns that go for the same data files: those of a partition tuple, or, if
   * their spec is unpartitioned, those of the whole table.
   *
   * @param tuple null for the whole table
   */
  private record Scope(Set<Integer> columns, int spec, @Nullable StructLikeWrapper tuple) {}

  /**
   * @param files data files that one of the deletes may apply to, by their number in the call
   */
  private record Request(Map<Integer, FileScanTask> files, Map<String, DeleteFile> deletes) {}

  static boolean isEquality(DeleteFile delete) {
    return delete.content() == FileContent.EQUALITY_DELETES;
  }

  /**
   * Sets the positions of hidden rows.
   *
   * @param hidden one for each of the files
   * @throws Corrupt if a delete file or a data file cannot be read
   */
  void hide(List<FileScanTask> files, List<BitSet> hidden) throws IOException {
    Map<Scope, Request> requests = new LinkedHashMap<>();
    for (int i = 0; i < files.size(); i++) {
      for (DeleteFile delete : files.get(i).deletes()) {
        if (isEquality(delete)) {
          Request request =
              requests.computeIfAbsent(
                  scope(delete), s -> new Request(new LinkedHashMap<>(), new LinkedHashMap<>()));
          request.files().put(i, files.get(i));
          request.deletes().put(delete.location(), delete);
        }
      }
    }
    for (Map.Entry<Scope, Request> entry : requests.entrySet()) {
      hide(entry.getKey(), entry.getValue(), hidden);
    }
  }

  private Scope scope(DeleteFile delete) {
    Set<Integer> columns = new TreeSet<>(delete.equalityFieldIds());
    PartitionSpec spec = generation.table().specs().get(delete.specId());
    if (Objects.requireNonNull(spec).isUnpartitioned()) {
      return new Scope(columns, -1, null);
    }
    return new Scope(
        columns,
        delete.specId(),
        StructLikeWrapper.forType(spec.partitionType()).set(delete.partition()));
  }

  private void hide(Scope scope, Request request, List<BitSet> hidden) throws IOException {
    DeletedKeys keys = kept.remove(scope);
    if (keys == null) {
      keys = new DeletedKeys(columns(request, scope.columns()));
    }
    keptBytes -= keys.bytes();
    boolean whole = true;
    for (DeleteFile delete : request.deletes().values()) {
      if (keys.isNew(delete)) {
        whole &= load(delete, keys, request, hidden);
      }
    }
    apply(keys, request, hidden);
    if (whole) {
      kept.put(scope, keys);
      keptBytes += keys.bytes();
    }
  }

  private Schema columns(Request request, Set<Integer> ids) throws IOException {
    try {
      return KeyColumns.of(generation.metadata(), ids);
    } catch (IllegalArgumentException e) {
      throw unreadable(
          request.deletes().values().iterator().next(), "a delete by columns of the table", e);
    }
  }

  /**
   * Adds a file's keys. When that is too many, the other scopes' are forgotten; when it still is,
   * the data files are looked through and the keys dropped.
   *
   * @return whether all keys are still there
   */
  private boolean load(DeleteFile delete, DeletedKeys keys, Request request, List<BitSet> hidden)
      throws IOException {
    boolean whole = true;
    try (CloseableIterable<Record> rows = open(delete, keys)) {
      for (Record row : rows) {
        keys.add(row, sequence(delete));
        if (keptBytes + keys.bytes() > maxBytes) {
          kept.clear();
          keptBytes = 0;
        }
        if (keys.bytes() > maxBytes) {
          apply(keys, request, hidden);
          keys.forget();
          whole = false;
        }
      }
    } catch (CacheException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw unreadable(delete, "a readable delete file", e);
    }
    return whole;
  }

  private CloseableIterable<Record> open(DeleteFile delete, DeletedKeys keys) {
    return FormatModelRegistry.<Record, Object>readBuilder(
            delete.format(), Record.class, generation.io().newInputFile(delete.location()))
        .project(keys.columns())
        .build();
  }

  private void apply(DeletedKeys keys, Request request, List<BitSet> hidden) throws IOException {
    for (Map.Entry<Integer, FileScanTask> file : request.files().entrySet()) {
      FileScanTask task = file.getValue();
      try (CloseableIterable<Record> rows = RowReader.read(generation, task, keys.rowColumns())) {
        keys.hide(rows, sequence(task.file()), hidden.get(file.getKey()));
      } catch (IOException | RuntimeException e) {
        throw unreadable(task.file(), "a readable Parquet file", e);
      }
    }
  }

  private static long sequence(ContentFile<?> file) {
    @Nullable Long sequence = file.dataSequenceNumber();
    return sequence == null ? 0 : sequence;
  }

  private Corrupt unreadable(ContentFile<?> file, String expected, Exception cause)
      throws IOException {
    return new Corrupt(
        generation.paths().resolve(file.location()),
        expected,
        String.valueOf(cause.getMessage()),
        cause);
  }
}
