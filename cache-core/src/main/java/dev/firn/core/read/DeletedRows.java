package dev.firn.core.read;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.data.DeleteLoader;

/**
 * Which rows of a data file its table's delete files hide: deletion vectors, position deletes, and
 * equality deletes that are newer than the file.
 *
 * <p>Delete files that go for many data files are read once, as far as {@value #MAX_BYTES} bytes of
 * what they say can be kept; see {@link EqualityDeletes}. So one instance should answer for as many
 * data files as there are questions. Not safe for several threads.
 */
public final class DeletedRows {
  private static final long MAX_BYTES = 32L << 20;

  /** The hidden rows of as many files are found together as have that many rows: 32 MB of bits. */
  private static final long ROWS_AT_ONCE = 1L << 28;

  private final Generation generation;
  private final DeleteLoader positions;
  private final EqualityDeletes equality;

  public DeletedRows(Generation generation) {
    this(generation, MAX_BYTES);
  }

  /**
   * @param maxBytes how much the keys of equality deletes may take, and the positions of position
   *     deletes that are kept for the next data file, each
   */
  DeletedRows(Generation generation, long maxBytes) {
    this.generation = generation;
    this.positions = new PositionDeletes(generation.io(), maxBytes);
    this.equality = new EqualityDeletes(generation, maxBytes);
  }

  /**
   * Gives each hidden row's position (0 is the file's first row) once, in ascending order.
   *
   * @throws Corrupt if a delete file, or the data file where its values decide, cannot be read
   */
  public void forEach(FileScanTask file, LongConsumer position) throws IOException {
    of(file).stream().asLongStream().forEach(position);
  }

  /**
   * The positions of the hidden rows.
   *
   * @throws Corrupt as {@link #forEach}
   */
  public BitSet of(FileScanTask file) throws IOException {
    return of(List.of(file)).get(0);
  }

  /**
   * The positions of the hidden rows of each file. Faster than one by one where equality deletes
   * are too many to be kept.
   *
   * @throws Corrupt as {@link #forEach}
   */
  public List<BitSet> of(List<FileScanTask> files) throws IOException {
    List<BitSet> hidden = new ArrayList<>(files.size());
    for (FileScanTask file : files) {
      hidden.add(byPosition(file));
    }
    equality.hide(files, hidden);
    return hidden;
  }

  /** How many rows of the file are live. */
  public long liveRows(FileScanTask file) throws IOException {
    return liveRows(List.of(file));
  }

  /** How many rows of all the files are live. */
  public long liveRows(Collection<FileScanTask> files) throws IOException {
    long live = 0;
    List<FileScanTask> unclear = new ArrayList<>();
    long unclearRows = 0;
    for (FileScanTask file : files) {
      List<DeleteFile> deletes = file.deletes();
      live += file.file().recordCount();
      if (deletes.size() == 1 && deletes.get(0).format() == FileFormat.PUFFIN) {
        live -= deletes.get(0).recordCount();
      } else if (!deletes.isEmpty()) {
        unclear.add(file);
        unclearRows += file.file().recordCount();
      }
      if (unclearRows > ROWS_AT_ONCE) {
        live -= hiddenRows(unclear);
        unclear.clear();
        unclearRows = 0;
      }
    }
    return live - hiddenRows(unclear);
  }

  private long hiddenRows(List<FileScanTask> files) throws IOException {
    return of(files).stream().mapToLong(BitSet::cardinality).sum();
  }

  private BitSet byPosition(FileScanTask file) throws IOException {
    BitSet hidden = new BitSet();
    List<DeleteFile> deletes =
        file.deletes().stream().filter(delete -> !EqualityDeletes.isEquality(delete)).toList();
    if (deletes.isEmpty()) {
      return hidden;
    }
    try {
      positions
          .loadPositionDeletes(deletes, file.file().location())
          .forEach(
              at -> {
                if (at < file.file().recordCount()) {
                  hidden.set(Math.toIntExact(at));
                }
              });
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
    return hidden;
  }

  private CacheException unreadable(FileScanTask file, RuntimeException cause) throws IOException {
    return new Corrupt(
        generation.paths().resolve(file.file().location()),
        "readable delete files",
        String.valueOf(cause.getMessage()),
        cause);
  }
}
