package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.DatasetRetention;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A cache of one dataset under a retention; each row has a key {@code k} and what else is given.
 */
final class RetainedCache {
  private final Disk disk;
  private final Path root;
  private final Passes passes;

  RetainedCache(Path root, RetentionPolicy policy) {
    this(new LocalDisk(), root, RetentionConfig.of(Appends.DATASET, policy));
  }

  RetainedCache(Disk disk, Path root, RetentionConfig config) {
    this.disk = disk;
    this.root = root;
    this.passes = new Passes(disk, root);
    passes.configure(Passes.CONFIG.with(config));
  }

  Passes passes() {
    return passes;
  }

  /** Appends one exchange: a file. Rows are JSON without the braces. */
  void append(String... rows) throws Exception {
    appendTo(Appends.SOURCE, rows);
  }

  void appendTo(String source, String... rows) throws Exception {
    append(Appends.DATASET, source, rows);
  }

  void appendToDataset(String dataset, String... rows) throws Exception {
    append(dataset, Appends.SOURCE, rows);
  }

  private void append(String dataset, String source, String... rows) throws Exception {
    try (Cache cache = Appends.open(root)) {
      List<String> objects = new ArrayList<>();
      for (String row : rows) {
        objects.add("{" + row + "}");
      }
      cache.writer(dataset, source).append("[" + String.join(",", objects) + "]");
    }
  }

  /** A row with a time. */
  static String row(String key, String time) {
    return "\"k\": \"" + key + "\", \"timestamp\": \"" + time + "\"";
  }

  PassReport pass() throws Exception {
    return passes.standard();
  }

  PassReport dry() throws Exception {
    return passes.run(Passes.options(true, false, Steps.ALL));
  }

  /** The keys that are left. */
  List<String> keys() throws Exception {
    return Appends.keys(disk, root);
  }

  static PartitionReport only(PassReport report) {
    assertThat(report.partitions()).hasSize(1);
    return report.partitions().get(0);
  }

  static DatasetRetention retention(PassReport report) {
    assertThat(report.retention()).hasSize(1);
    return report.retention().get(0);
  }
}
