package dev.firn.maintenance.select;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells a column that one table of a dataset lacks from one that none of them has, which is a
 * mistake in the configuration. Asked only where a table lacks one: the tables are read until one
 * has it, once in a pass.
 */
public final class DatasetColumns {
  private final Disk disk;
  private final CacheDirectory cache;
  private final Map<String, Boolean> found = new HashMap<>();

  public DatasetColumns(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** True if any live table of the dataset has a column of this name, of whatever type. */
  public boolean anyTableHas(String dataset, String column) throws IOException {
    String asked = dataset + "/" + column;
    Boolean known = found.get(asked);
    if (known == null) {
      known = find(dataset, column);
      found.put(asked, known);
    }
    return known;
  }

  private boolean find(String dataset, String column) throws IOException {
    PartitionInspector inspector = new PartitionInspector(disk);
    for (Partition partition : cache.partitions(dataset)) {
      if (inspector.inspect(partition) instanceof Live live
          && live.generation().metadata().schema().asStruct().field(column) != null) {
        return true;
      }
    }
    return false;
  }
}
