package dev.firn.maintenance.swap;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.SnapshotStatistics;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.SettledName;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.DeletedRows;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.distinct.DistinctStatistics;
import dev.firn.maintenance.plan.CompactionPlan.Rewrite;
import dev.firn.maintenance.plan.PartitionSnapshot.PlannedFile;
import dev.firn.maintenance.plan.SnapshotReader.Content;
import dev.firn.maintenance.retain.ExpiredRows;
import dev.firn.maintenance.retain.LandingTime;
import dev.firn.maintenance.rewrite.FileRewriter;
import dev.firn.maintenance.rewrite.RewriteInput;
import dev.firn.maintenance.rewrite.RewriteLimits;
import dev.firn.maintenance.rewrite.RewriteOutput;
import dev.firn.maintenance.rewrite.RewriteResult;
import dev.firn.maintenance.rewrite.RewrittenFile;
import dev.firn.maintenance.rewrite.RowMask;
import dev.firn.maintenance.select.FileDrops;
import dev.firn.maintenance.select.Selections;
import dev.firn.maintenance.swap.FileCarrier.CarriedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.jspecify.annotations.Nullable;

/**
 * Builds the new generation of one plan: rewrites the groups, carries the other files over, writes
 * the metadata, and proves the whole (I6: rows in = rows out + rows dropped, for every group and
 * for the generation as it is read back).
 *
 * <p>Everything happens in a {@code .building-} directory that nothing reads; the caller holds the
 * lease. If it fails, it removes that directory; if it is killed, the sweep does.
 */
final class GenerationRewrite {
  private final Disk disk;
  private final MaintenanceConfig config;
  private final Live state;
  private final Content content;
  private final Map<String, String> leftOut;
  private final LongConsumer progress;
  private final Generation old;
  private final FileCarrier carrier;
  private final DeletedRows deletedRows;
  private final Map<String, List<DataFile>> filesByFirstInput = new HashMap<>();
  private final Map<String, FileScanTask> withStatistics = new HashMap<>();
  private final Map<String, String> carried = new HashMap<>();
  private long rowsIn;
  private DroppedRows dropped = DroppedRows.none();
  private long bytesWritten;
  private long filesRewritten;
  private final List<ExpiredRows> expired = new ArrayList<>();

  /**
   * @param content what the plan was made from
   * @param leftOut id of the quarantine's record by location of a damaged data file, which is
   *     neither rewritten nor carried over
   * @param progress takes the input bytes done so far
   */
  GenerationRewrite(
      Disk disk,
      MaintenanceConfig config,
      Live state,
      Content content,
      Map<String, String> leftOut,
      LongConsumer progress) {
    this.disk = disk;
    this.config = config;
    this.state = state;
    this.content = content;
    this.leftOut = Map.copyOf(leftOut);
    this.progress = progress;
    this.old = state.generation();
    this.carrier = new FileCarrier(disk);
    this.deletedRows = new DeletedRows(old);
  }

  BuiltGeneration build(Rewrite plan, GenerationName name, long nowMillis) throws IOException {
    GenerationBuilder builder = GenerationBuilder.create(disk, state.partition(), old, name);
    builder.leaveOut(leftOut.values());
    try {
      // First, as long as the manifests that the plan was made from are there.
      readStatistics(plan);
      for (PlannedFile file : plan.dropped()) {
        drop(file);
      }
      for (PlannedFile file : plan.carried()) {
        carried(file, carrier.carry(old, withStatistics(file), builder));
      }
      long done = 0;
      for (List<PlannedFile> group : plan.groups()) {
        rewrite(builder, group);
        done += group.stream().mapToLong(PlannedFile::bytes).sum();
        progress.accept(done);
      }
      List<DataFile> files = inOrder();
      long rowsOut = files.stream().mapToLong(DataFile::recordCount).sum();
      long rowsQuarantined =
          content.snapshot().files().stream()
              .filter(file -> leftOut.containsKey(file.location()))
              .mapToLong(PlannedFile::rows)
              .sum();
      rowsIn += rowsQuarantined;
      dropped = dropped.plus(DropReason.QUARANTINED, rowsQuarantined);
      if (rowsIn != content.snapshot().rows() || rowsIn != rowsOut + dropped.total()) {
        throw new AssertionError(
            rowsIn
                + " rows in of "
                + content.snapshot().rows()
                + ", "
                + rowsOut
                + " out, dropped: "
                + dropped);
      }
      GenerationProof proof =
          new GenerationProof(
              name,
              old.name(),
              old.metadataFile(),
              Objects.requireNonNullElse(old.metadata().uuid(), ""),
              rowsIn,
              rowsOut,
              dropped,
              config.prove().text());
      builder.commit(files, proof, statistics(builder, files), nowMillis);
      requireAsProved(builder, rowsOut, files.size());
      return new BuiltGeneration(
          name,
          builder,
          proof,
          files.size(),
          filesRewritten,
          carried,
          files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
          bytesWritten);
    } catch (IOException | RuntimeException | Error e) {
      Trees.removeOwn(disk, builder.building(), e);
      throw e;
    }
  }

  private SnapshotStatistics statistics(GenerationBuilder builder, List<DataFile> files) {
    if (!config.distinctCounts()) {
      return SnapshotStatistics.notWanted();
    }
    List<Path> paths = files.stream().map(file -> builder.dataFile(fileName(file))).toList();
    long bytes = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    return DistinctStatistics.of(disk, old.metadata().schema(), paths, bytes);
  }

  private static String fileName(DataFile file) {
    return file.location().substring(file.location().lastIndexOf('/') + 1);
  }

  private void rewrite(GenerationBuilder builder, List<PlannedFile> group) throws IOException {
    List<FileScanTask> tasks = group.stream().map(this::task).toList();
    List<FileDrops> drops = content.selections().drops(tasks, deletedRows.of(tasks));
    List<PlannedFile> rewritten = new ArrayList<>();
    List<RewriteInput> inputs = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      PlannedFile file = group.get(i);
      BitSet rows = drops.get(i).all();
      if (rows.isEmpty() && (group.size() == 1 || !config.isSmall(file.bytes()))) {
        // Rows might have had to go, by its bounds or its tuple, and do not.
        carried(file, carrier.carryUntouched(old, withStatistics(file), builder));
        continue;
      }
      RowMask mask = RowMask.of(rows.stream().asLongStream());
      Path path = old.io().resolve(file.location());
      inputs.add(
          new RewriteInput(
              path.toString(),
              new ParquetInput(disk, path),
              mask,
              file.rows(),
              identityColumns(task(file).spec())));
      rewritten.add(file);
      rowsIn += file.rows();
      dropped = dropped.plus(drops.get(i).count());
      noteExpired(task(file), drops.get(i));
    }
    if (!rewritten.isEmpty()) {
      rewrite(builder, rewritten, inputs);
    }
  }

  /** Leaves a whole file out; nothing of it is read but what its delete files hide. */
  private void drop(PlannedFile file) throws IOException {
    FileScanTask task = task(file);
    DropReason reason = file.verdict().all().orElseThrow();
    FileDrops drops = Selections.whole(task, deletedRows.of(task), reason);
    rowsIn += file.rows();
    dropped = dropped.plus(drops.count());
    noteExpired(task, drops);
  }

  private void noteExpired(FileScanTask task, FileDrops drops) {
    BitSet rows = drops.rows(DropReason.EXPIRED);
    if (!rows.isEmpty()) {
      expired.add(new ExpiredRows(task, rows, identityColumns(task.spec())));
    }
  }

  /** What expired, once the generation is built without it. */
  List<ExpiredRows> expired() {
    return List.copyOf(expired);
  }

  private void rewrite(
      GenerationBuilder builder, List<PlannedFile> group, List<RewriteInput> inputs)
      throws IOException {
    RewriteResult result =
        new FileRewriter(limits(group, inputs), old.nameMapping(), old.metadata().lastColumnId())
            .rewrite(
                old.metadata().schema(),
                old.metadata().sortOrder(),
                MetricsConfig.forTable(old.table()),
                inputs,
                Map.of(LandingTime.PROPERTY, landedUntil(group).toString()),
                () -> output(builder));
    FileScanTask any = task(group.get(0));
    List<DataFile> outputs = new ArrayList<>();
    for (RewrittenFile file : result.files()) {
      DataFiles.Builder entry =
          DataFiles.builder(any.spec())
              .withPath(builder.dataLocation(file.name()))
              .withFormat(FileFormat.PARQUET)
              .withPartition(any.file().partition())
              .withFileSizeInBytes(file.bytes())
              .withMetrics(file.metrics())
              .withSplitOffsets(file.splitOffsets());
      if (file.sorted()) {
        entry.withSortOrder(old.metadata().sortOrder());
      }
      outputs.add(entry.build());
      bytesWritten += file.bytes();
    }
    filesByFirstInput.put(group.get(0).location(), outputs);
    filesRewritten += group.size();
  }

  private RewriteLimits limits(List<PlannedFile> group, List<RewriteInput> inputs) {
    RewriteLimits limits =
        new RewriteLimits(
                config.compactBatchBytes(),
                config.compactBatchRows(),
                config.targetFileBytes(),
                config.prove() == Prove.CONTENT)
            .withSketches(config.distinctCounts());
    PlannedFile first = group.get(0);
    boolean expired = first.verdict().some().contains(DropReason.EXPIRED);
    long kept = inputs.get(0).rowCount() - inputs.get(0).dropped().cardinality();
    boolean byTime = old.metadata().sortOrder().isUnsorted();
    return group.size() == 1 && first.pieces() > 1 && expired && byTime && kept > 0
        ? limits.inFilesOf((kept + first.pieces() - 1) / first.pieces())
        : limits;
  }

  private Instant landedUntil(List<PlannedFile> group) throws IOException {
    Instant latest = Instant.EPOCH;
    for (PlannedFile file : group) {
      try {
        Instant landed = LandingTime.of(disk, old.io().resolve(file.location()));
        latest = landed.isAfter(latest) ? landed : latest;
      } catch (Corrupt e) {
        continue; // whoever reads its rows says so
      }
    }
    return latest;
  }

  /** All files, the outputs of a group where its first input was: rows keep their order. */
  private List<DataFile> inOrder() {
    List<DataFile> files = new ArrayList<>();
    for (PlannedFile file : content.snapshot().files()) {
      files.addAll(filesByFirstInput.getOrDefault(file.location(), List.of()));
    }
    return files;
  }

  private static Set<Integer> identityColumns(PartitionSpec spec) {
    return spec.fields().stream()
        .filter(field -> field.transform().isIdentity())
        .map(PartitionField::sourceId)
        .collect(Collectors.toSet());
  }

  private RewriteOutput output(GenerationBuilder builder) {
    String name = SettledName.rewritten();
    Path path = builder.dataFile(name);
    return new RewriteOutput(name, new ParquetOutput(disk, path), new ParquetInput(disk, path));
  }

  /** Of the files that go over as they are, and of those that may turn out to. */
  private void readStatistics(Rewrite plan) throws IOException {
    Set<String> locations = new HashSet<>();
    plan.carried().forEach(file -> locations.add(file.location()));
    for (List<PlannedFile> group : plan.groups()) {
      group.stream()
          .filter(file -> group.size() == 1 || !config.isSmall(file.bytes()))
          .filter(PlannedFile::masked)
          .forEach(file -> locations.add(file.location()));
    }
    for (FileScanTask task : old.liveFilesWithStatistics(locations)) {
      withStatistics.put(task.file().location(), task);
    }
  }

  private FileScanTask withStatistics(PlannedFile file) throws Corrupt {
    @Nullable FileScanTask task = withStatistics.remove(file.location());
    if (task == null) {
      throw new Corrupt(
          old.directory(), "data file " + file.location(), "no longer in the snapshot");
    }
    return task;
  }

  private void carried(PlannedFile file, CarriedFile over) {
    carried.put(file.location(), over.file().location());
    filesByFirstInput.put(file.location(), List.of(over.file()));
    bytesWritten += over.bytesWritten();
    rowsIn += file.rows();
  }

  /** Reads the new generation back as a reader would. */
  private void requireAsProved(GenerationBuilder builder, long rowsOut, int files)
      throws IOException {
    Generation built = builder.load();
    long rows = 0;
    List<FileScanTask> live = built.liveFiles();
    Set<String> asTheyAre = new HashSet<>(carried.values());
    for (FileScanTask task : live) {
      rows += task.file().recordCount();
      Path path = built.io().resolve(task.file().location());
      Optional<FileStat> stat = disk.stat(path);
      // A damaged file is handed on as it is, whatever the old table said of its size.
      boolean handedOn = asTheyAre.contains(task.file().location());
      if (stat.isEmpty()
          || (!handedOn && stat.get().sizeBytes() != task.file().fileSizeInBytes())) {
        throw new Corrupt(
            path,
            task.file().fileSizeInBytes() + " bytes",
            stat.map(s -> s.sizeBytes() + " bytes").orElse("nothing"));
      }
      if (!task.deletes().isEmpty()) {
        throw new Corrupt(path, "no delete files in a new generation", "some");
      }
    }
    if (rows != rowsOut || live.size() != files) {
      throw new Corrupt(
          builder.building(),
          rowsOut + " rows in " + files + " data files",
          rows + " rows in " + live.size());
    }
  }

  private FileScanTask task(PlannedFile file) {
    return Objects.requireNonNull(content.tasks().get(file.location()), file.location());
  }
}
