package dev.firn.maintenance.duplicates;

import dev.firn.core.disk.Disk;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DataFileRows;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.select.DatasetColumns;
import dev.firn.maintenance.select.RowSelection;
import dev.firn.maintenance.select.RowSelector;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

/** Finds the rows of a partition whose dataset may hold one row of a key only. */
public final class DuplicateSelector implements RowSelector {
  private static final String NOT_LOOKED_FOR = "duplicates are not looked for: ";

  private final Disk disk;
  private final DuplicatesConfig config;
  private final DatasetColumns columns;
  private final long maxBytes;
  private final Map<String, String> notLookedFor = new HashMap<>();

  /**
   * @param maxBytes about what the keys may take that are in memory at a time
   */
  public DuplicateSelector(
      Disk disk, DuplicatesConfig config, DatasetColumns columns, long maxBytes) {
    this.disk = disk;
    this.config = config;
    this.columns = columns;
    this.maxBytes = maxBytes;
  }

  /**
   * Finds nothing where the table lacks the key that another table of the dataset has; {@link
   * #named} says so.
   *
   * @throws IOException if no table of the dataset has the key, or rows of this one cannot be told
   *     apart by it. It is not taken for one that is null everywhere: then a misspelled key would
   *     drop nothing, and nobody would know
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
    String path = live.partition().path();
    notLookedFor.remove(path);
    if (key == null && columns.anyTableHas(dataset, config.key(dataset))) {
      notLookedFor.put(path, "there is no column " + config.key(dataset) + " in this table");
      return Optional.empty();
    }
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

  /** The report of a partition; with why its duplicates stay, if they do for lack of the key. */
  public PartitionReport named(PartitionReport report) {
    String why = notLookedFor.get(report.partition().path());
    return why == null
        ? report
        : report.with(
            report.outcome(), report.reason() + "; " + NOT_LOOKED_FOR + why, report.filesLeft());
  }

  /** What {@link #named} has added to a reason, as a sentence of its own. */
  public static Optional<String> notLookedFor(String reason) {
    int at = reason.lastIndexOf(NOT_LOOKED_FOR);
    return at < 0 ? Optional.empty() : Optional.of(reason.substring(at));
  }
}
