package dev.firn.maintenance.purge;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.purge.MatchingRows.Count;
import dev.firn.maintenance.rewrite.FileRewriter;
import dev.firn.maintenance.rewrite.RewriteInput;
import dev.firn.maintenance.rewrite.RewriteLimits;
import dev.firn.maintenance.rewrite.RewriteOutput;
import dev.firn.maintenance.rewrite.RowMask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;

/**
 * Takes matching rows out of a file of an archive, which no table names. The caller holds the lease
 * of the partition that the rows come from.
 *
 * <p>The other rows are written beside it under a temporary name, synced, counted by reading them
 * back, and take its name in one atomic step; the directory is synced. Killed before that, the file
 * is as it was, and the temporary one holds no row that matches; the next to write into the archive
 * removes it. A file of which every row matches is removed.
 */
final class ArchivedRows {
  /** What Firn says of the rows, for example which generation they were in. */
  private static final String OWN = "firn.";

  private static final long ONE_FILE = 1L << 50;

  private final Disk disk;
  private final MaintenanceConfig config;
  private final MatchingRows matching;

  ArchivedRows(Disk disk, MaintenanceConfig config, MatchingRows matching) {
    this.disk = disk;
    this.config = config;
    this.matching = matching;
  }

  /**
   * @throws Corrupt if it cannot be read, or its schema is not known
   */
  void remove(PurgeFinding finding) throws IOException {
    Path file = finding.path();
    Path directory = Objects.requireNonNull(file.getParent());
    BitSet rows = matching.of(file);
    if (rows.cardinality() == finding.rows()) {
      disk.delete(file);
      disk.syncDirectory(directory);
      return;
    }
    Path temporary = DurableFiles.temporaryBeside(file);
    try {
      write(file, rows, finding.rows(), temporary);
      Count count = matching.count(temporary);
      if (count.matching() > 0 || count.rows() != finding.rows() - rows.cardinality()) {
        throw new Corrupt(
            temporary,
            finding.rows() - rows.cardinality() + " rows, none of which match",
            count.toString());
      }
      disk.rename(temporary, file);
    } catch (IOException | RuntimeException e) {
      if (disk.stat(temporary).isPresent()) {
        disk.delete(temporary);
      }
      throw e;
    }
    disk.syncDirectory(directory);
  }

  private void write(Path file, BitSet rows, long rowCount, Path temporary) throws IOException {
    FileDescription description = FileDescription.read(disk, file);
    Schema columns =
        description
            .schema()
            .orElseThrow(() -> new Corrupt(file, "a file of an archive with its schema", "none"));
    Map<String, String> own = new HashMap<>(description.properties());
    own.keySet().removeIf(name -> !name.startsWith(OWN));
    RewriteLimits limits =
        new RewriteLimits(config.compactBatchBytes(), config.compactBatchRows(), ONE_FILE, true);
    RewriteInput input =
        new RewriteInput(
            file.toString(),
            new ParquetInput(disk, file),
            RowMask.of(rows.stream().asLongStream()),
            rowCount);
    new FileRewriter(limits)
        .rewrite(
            columns,
            MetricsConfig.getDefault(),
            List.of(input),
            own,
            () ->
                new RewriteOutput(
                    temporary.toString(),
                    new ParquetOutput(disk, temporary),
                    new ParquetInput(disk, temporary)));
  }
}
