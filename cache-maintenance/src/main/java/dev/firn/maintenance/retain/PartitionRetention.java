package dev.firn.maintenance.retain;

import dev.firn.core.generation.DropReason;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.select.Extent;
import dev.firn.maintenance.select.RowSelection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;

/**
 * What goes of one partition, decided on one generation of it. Files that were added since stay
 * whole, and so does everything if another generation is live by now.
 *
 * @param generation which one, see {@link #idOf}
 * @param files by location, without those that stay whole
 * @param rows how many go
 * @param nextDue when the next row goes by its age
 */
record PartitionRetention(
    String generation, Map<String, FileRetention> files, long rows, Instant nextDue)
    implements RowSelection {
  PartitionRetention {
    files = Map.copyOf(files);
  }

  /** Tells a generation from any other, whatever was added to it. */
  static String idOf(Live live) {
    return live.generation().name().format() + "/" + live.generation().metadata().uuid();
  }

  boolean isFor(Live live) {
    return generation.equals(idOf(live));
  }

  @Override
  public DropReason reason() {
    return DropReason.EXPIRED;
  }

  @Override
  public Extent extent(FileScanTask file) {
    return retention(file).extent();
  }

  @Override
  public List<BitSet> rows(List<FileScanTask> asked, List<BitSet> gone) {
    List<BitSet> rows = new ArrayList<>(asked.size());
    for (FileScanTask file : asked) {
      FileRetention retention = retention(file);
      if (retention.extent() == Extent.ALL) {
        BitSet all = new BitSet();
        all.set(0, Math.toIntExact(file.file().recordCount()));
        rows.add(all);
      } else {
        rows.add(retention.rows());
      }
    }
    return rows;
  }

  private FileRetention retention(FileScanTask file) {
    return files.getOrDefault(file.file().location(), FileRetention.KEEP);
  }
}
