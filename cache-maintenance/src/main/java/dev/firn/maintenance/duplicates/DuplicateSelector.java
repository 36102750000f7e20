package dev.firn.maintenance.duplicates;

import dev.firn.core.disk.Disk;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DataFileRows;
import dev.firn.maintenance.select.RowSelection;
import dev.firn.maintenance.select.RowSelector;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

/** Finds the rows of a partition whose dataset may hold one row of a key only. */
public final class DuplicateSelector implements RowSelector {
  private final Disk disk;
  private final DuplicatesConfig config;
  private final long maxBytes;

  /**
   * @param maxBytes about what the keys may take that are in memory at a time
   */
  public DuplicateSelector(Disk disk, DuplicatesConfig config, long maxBytes) {
    this.disk = disk;
    this.config = config;
    this.maxBytes = maxBytes;
  }

  /**
   * @throws IOException if the key is no column of the table by which rows can be told apart. It is
   *     not taken for one that is null everywhere: then a misspelled key would drop nothing, and
   *     nobody would know
   */
  @Override
  public Optional<RowSelection> select(Live live, Collection<FileScanTask> files)
      throws IOException {
    String dataset = live.partition().dataset();
    Optional<DuplicatesConfig.Kept> kept = config.kept(dataset);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    Schema schema = live.generation().metadata().schema();
    NestedField key = schema.findField(config.key(dataset));
    if (key == null || !key.type().isPrimitiveType() || !schema.columns().contains(key)) {
      throw new IOException(
          "Duplicates of dataset "
              + dataset
              + " cannot be found: "
              + (key == null ? "there is no column " : "no key can be ")
              + config.key(dataset)
              + " (columns "
              + String.join(", ", schema.columns().stream().map(NestedField::name).toList())
              + ")");
    }
    return Optional.of(
        new DuplicateRows(
            new DataFileRows(disk, live.generation()),
            live.generation().io()::resolve,
            key,
            kept.get(),
            maxBytes));
  }
}
