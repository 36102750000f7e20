package dev.firn.smoke.bench;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.MaintenancePass;
import dev.firn.maintenance.PassListener;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.smoke.shape.FieldPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A forced maintenance pass on a copy of the cache: planning, rewriting, proving, syncing and
 * swapping are all in its time.
 */
final class FirnCompaction implements Job {
  static final String BYTES = "outputBytes";

  private final Path source;
  private final Path work;

  FirnCompaction(Path source, Path work) {
    this.source = source;
    this.work = work;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Path root = work.resolve("firn-root");
    Trees.remove(root);
    FieldPartition.copy(source, root);
    PassOptions options =
        new PassOptions(List.of(), false, true, Steps.ALL, Optional.empty(), false, false);
    Map<String, Double> figures = Timed.run(() -> requireCompacted(pass(root, options)));
    figures.put(BYTES, (double) liveBytes(root));
    Trees.remove(root);
    return figures;
  }

  /** Makes one file of all small ones, with a forced pass. */
  static void compact(Path root) throws IOException {
    requireCompacted(
        pass(
            root,
            new PassOptions(List.of(), false, true, Steps.ALL, Optional.empty(), false, false)));
  }

  private static List<PartitionReport> pass(Path root, PassOptions options) throws IOException {
    return new MaintenancePass(
            new LocalDisk(),
            new CacheDirectory(new LocalDisk(), root),
            MaintenanceConfig.defaults(),
            InstantSource.system(),
            "firn-smoke bench")
        .run(options, new PassListener() {})
        .partitions();
  }

  private static void requireCompacted(List<PartitionReport> reports) throws IOException {
    for (PartitionReport report : reports) {
      if (report.outcome() != Outcome.COMPACTED || report.rowsBefore() != report.rowsAfter()) {
        throw new IOException("not compacted: " + report);
      }
    }
  }

  private static long liveBytes(Path root) throws IOException {
    if (!(new PartitionInspector(new LocalDisk()).inspect(FieldPartition.partition(root))
        instanceof Live live)) {
      throw new IOException("no live generation in " + root);
    }
    Generation generation = live.generation();
    return generation.liveFiles().stream().mapToLong(file -> file.file().fileSizeInBytes()).sum();
  }
}
