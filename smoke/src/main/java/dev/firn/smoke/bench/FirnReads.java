package dev.firn.smoke.bench;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.UnpublishedRows;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/** Counts the live rows: those of the snapshot and those that have landed since. */
final class FirnReads implements Reader.Reads {
  private final LocalDisk disk = new LocalDisk();
  private final Path root;
  private long last;

  FirnReads(Path root) {
    this.root = root;
  }

  @Override
  public void read() throws IOException {
    for (Partition partition : new CacheDirectory(disk, root).partitions()) {
      if (new PartitionInspector(disk).inspect(partition) instanceof Live live) {
        long rows = rows(live.generation());
        if (rows < last) {
          throw new IOException(rows + " rows after " + last);
        }
        last = rows;
      }
    }
  }

  private long rows(Generation generation) throws IOException {
    @Nullable Snapshot snapshot = generation.metadata().currentSnapshot();
    long published =
        snapshot == null
            ? 0
            : Long.parseLong(snapshot.summary().getOrDefault("total-records", "0"));
    return published + UnpublishedRows.count(disk, generation);
  }
}
