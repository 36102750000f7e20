package dev.firn.maintenance.select;

import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;

/** Looks at a partition and says which of its rows are to go for one reason. */
public interface RowSelector {

  /**
   * Reads only, and takes no lock. Whoever plans a rewrite has the lease, and asks anew.
   *
   * @param files the live data files, with the delete files that apply and without statistics
   * @return empty if nothing is configured for this partition
   */
  Optional<RowSelection> select(Live live, Collection<FileScanTask> files) throws IOException;
}
