package dev.firn.maintenance.duplicates;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.generation.DropReason;
import dev.firn.core.read.DataFileRows;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import dev.firn.maintenance.rewrite.UnreadableInputException;
import dev.firn.maintenance.select.Extent;
import dev.firn.maintenance.select.RowSelection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * The rows that go because another row of the same key stays: the first of them or the last, in the
 * order in which the files are given and of the rows in each.
 *
 * <ul>
 *   <li>Only rows of files that are rewritten together are compared, and nothing is rewritten for
 *       the sake of duplicates: a row in a file that is carried over neither goes nor makes another
 *       go.
 *   <li>Two keys are the same if their values are, byte by byte; never by their hash alone. A row
 *       whose key is null is like no other row, and so is one that goes for an earlier reason: it
 *       is neither a duplicate nor what others are duplicates of.
 *   <li>Keys are held for as many rows as {@code maxBytes} has room for. Where there are more, the
 *       key column is read again for each further part of them, see {@link SeenKeys} (I7).
 * </ul>
 */
final class DuplicateRows implements RowSelection {
  private final DataFileRows reader;
  private final Resolver resolver;
  private final Schema columns;
  private final Type type;
  private final Kept kept;
  private final long maxBytes;
  private int passes;

  /** Finds the file of a location. */
  interface Resolver {
    Path resolve(String location) throws IOException;
  }

  DuplicateRows(DataFileRows reader, Resolver resolver, NestedField key, Kept kept, long maxBytes) {
    this.reader = reader;
    this.resolver = resolver;
    this.columns = new Schema(key);
    this.type = key.type();
    this.kept = kept;
    this.maxBytes = maxBytes;
  }

  @Override
  public DropReason reason() {
    return DropReason.DUPLICATE;
  }

  @Override
  public Extent extent(FileScanTask file) {
    return Extent.NONE;
  }

  /** How often the keys of files were read. */
  int passes() {
    return passes;
  }

  @Override
  public List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) throws IOException {
    List<BitSet> duplicates = Stream.generate(BitSet::new).limit(files.size()).toList();
    SeenKeys seen = SeenKeys.first(maxBytes);
    while (true) {
      passes++;
      for (int i = 0; i < files.size(); i++) {
        read(files.get(i), i, gone.get(i), seen, duplicates);
      }
      if (seen.isLast()) {
        return duplicates;
      }
      seen = seen.next();
    }
  }

  private void read(
      FileScanTask file, int number, BitSet gone, SeenKeys seen, List<BitSet> duplicates)
      throws IOException {
    try {
      reader.forEach(
          file,
          columns,
          (position, row) -> {
            byte @Nullable [] key = key(row);
            int at = Math.toIntExact(position);
            if (key != null && !gone.get(at)) {
              compare(key, new SeenKeys.Place(number, at), seen, duplicates);
            }
            return true;
          });
    } catch (Corrupt e) {
      // What the pass does about files that cannot be read is not decided here.
      throw new UnreadableInputException(
          resolver.resolve(file.file().location()).toString(), String.valueOf(e.getMessage()), e);
    }
  }

  /** A row that was found to go in a part that turned out too large is found again in the next. */
  private void compare(byte[] key, SeenKeys.Place place, SeenKeys seen, List<BitSet> duplicates) {
    SeenKeys.@Nullable Place before = seen.put(key, place, kept == Kept.LAST);
    if (before != null) {
      SeenKeys.Place goes = kept == Kept.LAST ? before : place;
      duplicates.get(goes.file()).set(goes.row());
    }
  }

  private byte @Nullable [] key(StructLike row) {
    Object value = row.get(0, Object.class);
    if (value == null) {
      return null;
    }
    ByteBuffer bytes = Conversions.toByteBuffer(type, value).duplicate();
    byte[] key = new byte[bytes.remaining()];
    bytes.get(key);
    return key;
  }
}
