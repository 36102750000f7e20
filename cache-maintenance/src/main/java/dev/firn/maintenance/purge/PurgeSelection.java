package dev.firn.maintenance.purge;

import dev.firn.core.generation.DropReason;
import dev.firn.maintenance.select.Extent;
import dev.firn.maintenance.select.RowSelection;
import java.io.IOException;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.FileScanTask;

/** The rows of a partition's live files that are to be purged, each of them read. */
final class PurgeSelection implements RowSelection {
  private final Map<String, BitSet> matching = new HashMap<>();

  static PurgeSelection read(MatchingRows rows, Collection<FileScanTask> files) throws IOException {
    PurgeSelection selection = new PurgeSelection();
    for (FileScanTask file : files) {
      BitSet found = rows.of(file);
      if (!found.isEmpty()) {
        selection.matching.put(file.file().location(), found);
      }
    }
    return selection;
  }

  boolean isEmpty() {
    return matching.isEmpty();
  }

  @Override
  public DropReason reason() {
    return DropReason.PURGED;
  }

  /** Every row of a file was read, so that all of them match is proof. */
  @Override
  public Extent extent(FileScanTask file) {
    BitSet found = of(file);
    if (found.isEmpty()) {
      return Extent.NONE;
    }
    return found.cardinality() == file.file().recordCount() ? Extent.ALL : Extent.SOME;
  }

  @Override
  public List<BitSet> rows(List<FileScanTask> files, List<BitSet> gone) {
    return files.stream().map(this::of).toList();
  }

  private BitSet of(FileScanTask file) {
    return Objects.requireNonNullElseGet(matching.get(file.file().location()), BitSet::new);
  }
}
